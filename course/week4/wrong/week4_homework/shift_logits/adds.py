# Adds the log prior, which favours common classes even more.
counts = np.maximum(counts, 1)
return logits + tau * np.log(counts / counts.sum())
