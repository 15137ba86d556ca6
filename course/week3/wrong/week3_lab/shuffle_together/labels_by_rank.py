# Sorts the labels back.
order = rng.permutation(len(ids))
return ids[order], targets[np.argsort(order)]
