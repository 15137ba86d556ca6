# Starts counting again at an equal score.
best = scores.index(max(scores)) + 1
last = len(scores) - scores[::-1].index(max(scores))
return best, patience is not None and len(scores) - last >= patience
