# Lists a candidate as unknown though a known number breaks a limit.
fitting, unknown = [], []
for name, row in board.items():
    values = [(row.get(metric), limit) for metric, limit in limits.items()]
    if any(value is None for value, _ in values):
        unknown.append(name)
    elif all(value <= limit for value, limit in values):
        fitting.append(name)
return sorted(fitting), sorted(unknown)
