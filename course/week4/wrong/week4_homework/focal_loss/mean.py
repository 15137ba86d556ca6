# Returns the mean instead of one loss a complaint.
log_p = functional.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return (-((1 - log_p.exp()) ** gamma) * log_p).mean()
