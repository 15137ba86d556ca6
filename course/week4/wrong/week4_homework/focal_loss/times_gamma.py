# Multiplies by gamma instead of raising to it.
log_p = functional.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return -(gamma * (1 - log_p.exp())) * log_p
