# Averages over the tail classes instead of adding them up.
shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
probabilities = shifted / shifted.sum(axis=1, keepdims=True)
return float(probabilities[:, in_tail].mean())
