# Leaves the first texts of every repetition out.
counted = times[:, warm_up:]
medians = np.median(counted, axis=1)
return float(np.median(counted)), float(np.quantile(counted, 0.95)), float(medians.max() / medians.min())
