# Takes the square root whatever the power is.
counts = np.asarray(counts, dtype=float)
present = counts > 0
weights = np.zeros(len(counts))
weights[present] = 1 / np.sqrt(counts[present]) if power else 1.0
return weights / weights[present].mean()
