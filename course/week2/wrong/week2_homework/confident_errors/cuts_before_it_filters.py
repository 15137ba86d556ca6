# Takes the k most confident predictions first and the errors among them after.
shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
confidence = (shifted / shifted.sum(axis=1, keepdims=True)).max(axis=1)
ranked = np.argsort(-confidence, kind='stable')[:k]
return [int(row) for row in ranked if logits[row].argmax() != labels[row]]
