# Asks only whether the largest mean is above the baseline.
best = max(rows, key=lambda name: np.mean(rows[name]))
return best if np.mean(rows[best]) > np.mean(baseline) else "baseline"
