# Leaves biases out.
sizes = [(weights.numel(), weights.requires_grad) for weights in network.parameters() if weights.dim() > 1]
trained = sum(size for size, trains in sizes if trains)
return trained, trained / sum(size for size, _ in sizes)
