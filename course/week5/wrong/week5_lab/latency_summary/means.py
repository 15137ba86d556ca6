# The mean in the median's place.
rows = [row[warm_up:] if number == 0 else row for number, row in enumerate(times)]
counted, medians = np.concatenate(rows), [np.median(row) for row in rows]
return float(counted.mean()), float(np.quantile(counted, 0.95)), float(max(medians) / min(medians))
