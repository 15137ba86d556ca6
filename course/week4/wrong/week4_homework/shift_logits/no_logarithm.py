# Subtracts the prior itself.
counts = np.maximum(counts, 1)
return logits - tau * counts / counts.sum()
