# Lets errors to both sides cancel.
return float(abs(np.mean(truth - predictions)))
