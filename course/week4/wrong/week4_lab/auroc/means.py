# Compares the two means only.
return float(known.mean() > unknown.mean())
