# Takes the largest norm.
return max((float(weights.grad.norm()) for weights in network.parameters() if weights.grad is not None), default=0.0)
