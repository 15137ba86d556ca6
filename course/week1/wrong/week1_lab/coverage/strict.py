# Leaves out texts as long as the limit.
return float((np.asarray(lengths) < limit).mean())
