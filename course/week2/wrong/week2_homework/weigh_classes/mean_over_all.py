# Divides by the mean over all classes, the empty ones included.
counts = np.asarray(counts, dtype=float)
present = counts > 0
weights = np.zeros(len(counts))
weights[present] = counts[present] ** -power
return weights / weights.mean()
