# The mean of the recalls is not accuracy.
sizes = confusion.sum(axis=1)
recall = np.where(sizes > 0, np.diag(confusion) / np.maximum(sizes, 1), np.inf)
return float(recall[sizes > 0].mean()), int(np.argmin(recall))
