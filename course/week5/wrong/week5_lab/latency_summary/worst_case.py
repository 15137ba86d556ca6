# The slowest text in place of the 95th percentile.
rows = [row[warm_up:] if number == 0 else row for number, row in enumerate(times)]
counted, medians = np.concatenate(rows), [np.median(row) for row in rows]
return float(np.median(counted)), float(counted.max()), float(max(medians) / min(medians))
