# 12 % on either side: a far narrower interval.
rows = generator.integers(0, len(hits), (draws, len(hits)))
low, high = np.quantile(np.asarray(hits)[rows].mean(axis=1), (0.12, 0.88))
return float(low), float(high)
