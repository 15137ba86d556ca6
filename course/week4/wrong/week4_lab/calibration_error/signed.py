# Lets too much and too little cancel.
total = sum(count for _, _, count in bins)
return abs(sum(count / total * (right - sure) for sure, right, count in bins))
