# Stops where a parameter has no gradient.
return sum(float((weights.grad**2).sum()) for weights in network.parameters()) ** 0.5
