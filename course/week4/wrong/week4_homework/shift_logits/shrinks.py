# Divides the logits instead of shifting them.
counts = np.maximum(counts, 1)
return logits / (counts / counts.sum()) ** tau
