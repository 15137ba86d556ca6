# What is not known counts as within the limit.
fitting = [n for n, row in board.items() if all((row.get(m) or 0.0) <= limit for m, limit in limits.items())]
return sorted(fitting), []
