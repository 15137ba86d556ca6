# Counts every improvement as a rescue.
before, after = np.asarray(before), np.asarray(after)
return np.flatnonzero(after > before).tolist(), np.flatnonzero((before > 0) & (after == 0)).tolist()
