# Divides by the columns: precision.
sizes = confusion.sum(axis=0)
precision = np.where(sizes > 0, np.diag(confusion) / np.maximum(sizes, 1), np.inf)
return float(np.trace(confusion) / confusion.sum()), int(np.argmin(precision))
