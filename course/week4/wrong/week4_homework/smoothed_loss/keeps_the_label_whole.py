# Leaves the label at 1 and adds the rest.
log_p = functional.log_softmax(logits, dim=1)
return -log_p.gather(1, labels[:, None])[:, 0] - epsilon * log_p.mean(dim=1)
