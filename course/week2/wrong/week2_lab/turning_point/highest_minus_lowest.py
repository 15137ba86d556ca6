# Takes the highest loss for the last.
return losses.index(min(losses)), max(losses) - min(losses)
