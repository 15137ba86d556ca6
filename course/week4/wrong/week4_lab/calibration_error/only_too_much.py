# Counts only bins that claim too much.
total = sum(count for _, _, count in bins)
return sum(count / total * max(sure - right, 0) for sure, right, count in bins)
