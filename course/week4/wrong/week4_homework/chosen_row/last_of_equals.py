# Takes the last of rows with equal means.
differences = {name: np.array(scores) - np.array(baseline) for name, scores in rows.items()}
best = max(reversed(list(differences)), key=lambda name: differences[name].mean())
found = differences[best]
return best if found.mean() > found.std(ddof=1) / np.sqrt(len(found)) else "baseline"
