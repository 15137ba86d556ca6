# Changes the logits that were passed in.
counts = np.maximum(counts, 1)
logits -= tau * np.log(counts / counts.sum())
return logits
