# Counts a class as rescued from an F1 of 0.1 on.
before, after = np.asarray(before), np.asarray(after)
return np.flatnonzero((before == 0) & (after > 0.1)).tolist(), np.flatnonzero((before > 0) & (after == 0)).tolist()
