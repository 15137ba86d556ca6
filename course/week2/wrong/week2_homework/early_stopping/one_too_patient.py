# Waits one epoch longer than it was told to.
best = scores.index(max(scores)) + 1
return best, patience is not None and len(scores) - best > patience
