# Has gamma 2 built in.
log_p = functional.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return -((1 - log_p.exp()) ** 2) * log_p
