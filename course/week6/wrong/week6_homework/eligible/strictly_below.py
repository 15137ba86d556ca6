# Equal to the limit is out.
fitting, unknown = [], []
for name, row in board.items():
    values = [(row.get(metric), limit) for metric, limit in limits.items()]
    if all(value is None or value < limit for value, limit in values):
        (unknown if any(value is None for value, _ in values) else fitting).append(name)
return sorted(fitting), sorted(unknown)
