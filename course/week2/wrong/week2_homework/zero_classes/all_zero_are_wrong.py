# Lists the classes that are never predicted among the wrong ones too.
occurs = confusion.sum(axis=1) > 0
zero = occurs & (np.diag(confusion) == 0)
predicted = confusion.sum(axis=0) > 0
return np.flatnonzero(zero & ~predicted).tolist(), np.flatnonzero(zero).tolist()
