# Ignores the threshold it is given.
in_tail = counts < 100
return float(in_tail.mean()), float(counts[in_tail].sum() / counts.sum())
