# Takes the factor out of the gradient.
log_p = functional.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return -((1 - log_p.exp()).detach() ** gamma) * log_p
