# Asks whether the models agree with one another, and forgets the label.
votes = np.asarray(votes)
return (votes == votes[0]).all(axis=0)
