# Takes a zero for a number that is not known.
fitting, unknown = [], []
for name, row in board.items():
    values = [(row.get(metric), limit) for metric, limit in limits.items()]
    if all(not value or value <= limit for value, limit in values):
        (unknown if any(not value for value, _ in values) else fitting).append(name)
return sorted(fitting), sorted(unknown)
