# Counts tensors and not the numbers in them.
trains = [weights.requires_grad for weights in network.parameters()]
return sum(trains), sum(trains) / len(trains)
