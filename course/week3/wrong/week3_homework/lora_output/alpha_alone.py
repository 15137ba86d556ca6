# Multiplies the change by alpha and forgets to divide by the rank.
return x @ weight.T + alpha * ((x @ down.T) @ up.T)
