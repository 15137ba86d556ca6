# Does not look at the limit it was given.
counts = np.asarray(counts)
occurs = counts > 0
few = occurs & (counts <= 5)
return float(few.sum() / occurs.sum()), float(counts[few].sum() / counts.sum())
