# What is not known is out of the race.
fitting = [
    n for n, row in board.items()
    if all(row.get(m) is not None and row[m] <= limit for m, limit in limits.items())
]
return sorted(fitting), []
