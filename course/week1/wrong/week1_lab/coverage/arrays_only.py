# Compares without making an array: a plain list fails.
return float(sum(lengths <= limit) / len(lengths))
