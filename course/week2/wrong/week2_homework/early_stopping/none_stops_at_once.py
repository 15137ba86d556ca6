# Reads no patience as patience 0.
best = scores.index(max(scores)) + 1
return best, len(scores) - best >= (patience or 0)
