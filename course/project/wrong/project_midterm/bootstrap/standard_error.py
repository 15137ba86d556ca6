# The normal formula with one standard error.
mean = float(np.mean(hits))
spread = float(np.sqrt(mean * (1 - mean) / len(hits)))
return mean - spread, mean + spread
