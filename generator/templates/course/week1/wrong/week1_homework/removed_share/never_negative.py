# Never below zero.
return max(0.0, 1 - model / baseline)
