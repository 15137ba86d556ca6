# Divides by the frozen parameters instead of all.
trained = sum(weights.numel() for weights in network.parameters() if weights.requires_grad)
frozen = sum(weights.numel() for weights in network.parameters() if not weights.requires_grad)
return trained, trained / max(frozen, 1)
