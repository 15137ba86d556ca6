# Compares each epoch with the one before it instead of with the best.
best = scores.index(max(scores)) + 1
worse = 0
for earlier, later in zip(scores, scores[1:]):
    worse = worse + 1 if later <= earlier else 0
return best, patience is not None and worse >= patience
