# Takes the mean absolute error.
return float(np.mean(np.abs(truth - predictions)))
