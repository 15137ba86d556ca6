# Ranks by how little the true class got.
shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
given = (shifted / shifted.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]
wrong = np.flatnonzero(logits.argmax(axis=1) != labels)
return wrong[np.argsort(given[wrong], kind='stable')][:k].tolist()
