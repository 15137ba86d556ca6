# Gives every bin the same weight.
return sum(abs(right - sure) for sure, right, _ in bins) / len(bins)
