# Adds up over all texts.
top = logits.max()
return np.log(np.exp(logits - top).sum(axis=0)) + top
