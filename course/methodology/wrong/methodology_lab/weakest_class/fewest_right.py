# The class with the fewest right answers.
return float(np.trace(confusion) / confusion.sum()), int(np.argmin(np.diag(confusion)))
