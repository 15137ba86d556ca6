# Leaves out the classes with exactly the limit.
counts = np.asarray(counts)
occurs = counts > 0
few = occurs & (counts < at_most)
return float(few.sum() / occurs.sum()), float(counts[few].sum() / counts.sum())
