# Counts a class with exactly `threshold` examples as tail.
in_tail = counts <= threshold
return float(in_tail.mean()), float(counts[in_tail].sum() / counts.sum())
