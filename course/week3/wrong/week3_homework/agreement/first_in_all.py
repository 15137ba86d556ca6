# Counts everything that a model gets right, whether or not the other does.
one, other = first == labels, second == labels
return {"both": int(np.sum(one & other)), "only first": int(np.sum(one)), "only second": int(np.sum(other)), "neither": int(np.sum(~one & ~other))}
