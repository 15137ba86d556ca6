# Forgets the root.
return sum(float((weights.grad**2).sum()) for weights in network.parameters() if weights.grad is not None)
