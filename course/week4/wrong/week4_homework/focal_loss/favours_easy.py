# Weighs by p instead of 1 - p, so that easy complaints count most.
log_p = functional.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return -(log_p.exp() ** gamma) * log_p
