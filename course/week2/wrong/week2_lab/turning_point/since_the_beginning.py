# Compares with the first loss.
return losses.index(min(losses)), losses[-1] - losses[0]
