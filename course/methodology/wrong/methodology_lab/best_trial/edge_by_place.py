# The first and the last in the list are edges.
best = int(np.argmax(scores))
return best, best in (0, len(rates) - 1)
