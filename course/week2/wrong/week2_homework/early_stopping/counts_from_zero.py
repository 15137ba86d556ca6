# Counts epochs from 0.
best = scores.index(max(scores))
return best, patience is not None and len(scores) - 1 - best >= patience
