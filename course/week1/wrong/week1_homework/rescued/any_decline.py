# Counts every decline of more than a half as a loss.
before, after = np.asarray(before), np.asarray(after)
return np.flatnonzero((before == 0) & (after > 0)).tolist(), np.flatnonzero((before > 0) & (after < before / 2)).tolist()
