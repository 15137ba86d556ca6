# Returns positions within the errors instead of within the split.
shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
confidence = (shifted / shifted.sum(axis=1, keepdims=True)).max(axis=1)
wrong = np.flatnonzero(logits.argmax(axis=1) != labels)
return np.argsort(-confidence[wrong], kind='stable')[:k].tolist()
