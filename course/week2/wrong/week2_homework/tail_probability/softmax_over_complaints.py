# Takes the softmax over the complaints instead of over the classes.
shifted = np.exp(logits - logits.max(axis=0, keepdims=True))
probabilities = shifted / shifted.sum(axis=0, keepdims=True)
return float(probabilities[:, in_tail].sum(axis=1).mean())
