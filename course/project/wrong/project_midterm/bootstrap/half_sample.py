# Draws half as many rows.
rows = generator.integers(0, len(hits), (draws, len(hits) // 2))
low, high = np.quantile(np.asarray(hits)[rows].mean(axis=1), (0.025, 0.975))
return float(low), float(high)
