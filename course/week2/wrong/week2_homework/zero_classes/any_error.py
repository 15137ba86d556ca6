# Calls a class wrong when any prediction of it is.
occurs = confusion.sum(axis=1) > 0
predicted = confusion.sum(axis=0) > 0
errors = confusion.sum(axis=0) > np.diag(confusion)
return np.flatnonzero(occurs & ~predicted).tolist(), np.flatnonzero(occurs & predicted & errors).tolist()
