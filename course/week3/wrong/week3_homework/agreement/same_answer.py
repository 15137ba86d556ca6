# Takes the same answer for the right one.
one, other = first == labels, second == labels
both = int(np.sum(first == second))
return {"both": both, "only first": int(np.sum(one & ~other)), "only second": int(np.sum(~one & other)), "neither": len(labels) - both}
