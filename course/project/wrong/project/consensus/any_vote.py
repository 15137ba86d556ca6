# One model that agrees is enough for it.
return (np.asarray(votes) == np.asarray(given)).any(axis=0)
