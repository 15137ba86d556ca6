# Counts classes that do not occur at all.
counts = np.asarray(counts)
few = counts <= at_most
return float(few.mean()), float(counts[few].sum() / counts.sum())
