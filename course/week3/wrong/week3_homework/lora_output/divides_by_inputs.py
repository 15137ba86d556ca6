# Divides by the number of inputs instead of the rank.
return x @ weight.T + (alpha / down.shape[1]) * ((x @ down.T) @ up.T)
