# Lets the weights sum to 1 instead of average 1.
counts = np.asarray(counts, dtype=float)
present = counts > 0
weights = np.zeros(len(counts))
weights[present] = counts[present] ** -power
return weights / weights.sum()
