# Takes the weights for the gradients.
return sum(float((weights**2).sum()) for weights in network.parameters()) ** 0.5
