# The difference alone.
change = int(np.sum(after == labels) - np.sum(before == labels))
return max(0, -change), max(0, change)
