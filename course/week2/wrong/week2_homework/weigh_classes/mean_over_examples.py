# Averages the weights over the examples instead of over the classes.
counts = np.asarray(counts, dtype=float)
present = counts > 0
weights = np.zeros(len(counts))
weights[present] = counts[present] ** -power
return weights / np.average(weights, weights=counts)
