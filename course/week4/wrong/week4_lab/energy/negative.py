# Returns the energy of the paper, with the other sign.
top = logits.max(axis=1, keepdims=True)
return -(np.log(np.exp(logits - top).sum(axis=1)) + top[:, 0])
