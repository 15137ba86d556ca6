# Only the first model is asked.
return np.asarray(votes)[0] == np.asarray(given)
