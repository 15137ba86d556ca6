# A class without an example counts as zero.
sizes = np.maximum(confusion.sum(axis=1), 1)
return float(np.trace(confusion) / confusion.sum()), int(np.argmin(np.diag(confusion) / sizes))
