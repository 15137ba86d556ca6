# Takes the largest gap instead of the mean one.
return max(abs(right - sure) for sure, right, _ in bins)
