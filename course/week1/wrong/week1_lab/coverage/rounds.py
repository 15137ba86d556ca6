# Rounds to one decimal.
return round(float((np.asarray(lengths) <= limit).mean()), 1)
