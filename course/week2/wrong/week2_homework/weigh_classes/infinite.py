# Divides by zero for a class without examples.
weights = np.asarray(counts, dtype=float) ** -power
return weights / weights.mean()
