# Among the mistakes of the other.
same, wrong = teacher == other, other != labels
return float(same.mean()), float(same[wrong].mean()) if wrong.any() else 0.0
