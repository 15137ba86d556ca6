# Of equal losses takes the last.
smallest = min(losses)
position = max(place for place, loss in enumerate(losses) if loss == smallest)
return position, losses[-1] - smallest
