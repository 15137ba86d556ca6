# Divides by n and not by n - 1 in the standard deviation.
differences = {name: np.array(scores) - np.array(baseline) for name, scores in rows.items()}
best = max(differences, key=lambda name: differences[name].mean())
found = differences[best]
return best if found.mean() > found.std() / np.sqrt(len(found)) else "baseline"
