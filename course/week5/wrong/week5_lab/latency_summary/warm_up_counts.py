# Counts the warm-up.
medians = np.median(times, axis=1)
return float(np.median(times)), float(np.quantile(times, 0.95)), float(medians.max() / medians.min())
