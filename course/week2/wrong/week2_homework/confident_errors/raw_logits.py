# Ranks by the largest logit instead of by probability.
wrong = np.flatnonzero(logits.argmax(axis=1) != labels)
return wrong[np.argsort(-logits.max(axis=1)[wrong], kind='stable')][:k].tolist()
