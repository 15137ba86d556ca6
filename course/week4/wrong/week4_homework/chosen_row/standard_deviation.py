# Compares with the standard deviation and not with the standard error.
differences = {name: np.array(scores) - np.array(baseline) for name, scores in rows.items()}
best = max(differences, key=lambda name: differences[name].mean())
found = differences[best]
return best if found.mean() > found.std(ddof=1) else "baseline"
