# Counts positions from one.
return losses.index(min(losses)) + 1, losses[-1] - min(losses)
