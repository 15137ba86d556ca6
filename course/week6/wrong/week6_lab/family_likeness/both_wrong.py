# Both wrong, in whatever way.
wrong = teacher != labels
return float((teacher == other).mean()), float((other != labels)[wrong].mean()) if wrong.any() else 0.0
