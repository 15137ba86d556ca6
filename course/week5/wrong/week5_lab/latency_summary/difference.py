# The spread as a difference in ms.
rows = [row[warm_up:] if number == 0 else row for number, row in enumerate(times)]
counted, medians = np.concatenate(rows), [np.median(row) for row in rows]
return float(np.median(counted)), float(np.quantile(counted, 0.95)), float(max(medians) - min(medians))
