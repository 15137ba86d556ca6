# Divides by all classes, also those that do not occur.
counts = np.asarray(counts)
few = (counts > 0) & (counts <= at_most)
return float(few.mean()), float(counts[few].sum() / counts.sum())
