# Squares the gaps.
total = sum(count for _, _, count in bins)
return sum(count / total * (right - sure) ** 2 for sure, right, count in bins)
