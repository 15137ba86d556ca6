# Goes through the modules, so that a tensor in two places counts twice.
sizes = [(weights.numel(), weights.requires_grad) for part in network.children() for weights in part.parameters()]
trained = sum(size for size, trains in sizes if trains)
return trained, trained / sum(size for size, _ in sizes)
