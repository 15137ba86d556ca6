# Counts classes that do not occur in the split.
zero = np.diag(confusion) == 0
predicted = confusion.sum(axis=0) > 0
return np.flatnonzero(zero & ~predicted).tolist(), np.flatnonzero(zero & predicted).tolist()
