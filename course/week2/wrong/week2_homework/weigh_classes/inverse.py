# Forgets the power: inverse frequency for every power but 0.
counts = np.asarray(counts, dtype=float)
present = counts > 0
weights = np.zeros(len(counts))
weights[present] = 1 / counts[present] if power else 1.0
return weights / weights[present].mean()
