# Spreads epsilon over the other classes alone.
log_p = functional.log_softmax(logits, dim=1)
of_label = log_p.gather(1, labels[:, None])[:, 0]
others = log_p.sum(dim=1) - of_label
return -(1 - epsilon) * of_label - epsilon / (logits.shape[1] - 1) * others
