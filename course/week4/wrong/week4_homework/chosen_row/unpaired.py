# Takes the baseline's own spread for the noise.
best = max(rows, key=lambda name: np.mean(rows[name]))
noise = np.std(baseline, ddof=1)
return best if np.mean(rows[best]) - np.mean(baseline) > noise else "baseline"
