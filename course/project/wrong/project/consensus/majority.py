# A majority is enough for it.
return (np.asarray(votes) == np.asarray(given)).mean(axis=0) > 0.5
