# Takes a hundred steps for granted.
return max(0.0, 1.0 - step / 100)
