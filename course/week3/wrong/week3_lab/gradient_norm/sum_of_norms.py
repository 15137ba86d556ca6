# Adds the norms of the parameters.
return float(sum(weights.grad.norm() for weights in network.parameters() if weights.grad is not None))
