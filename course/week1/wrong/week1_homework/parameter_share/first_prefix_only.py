# Uses the first prefix only.
sizes = {name: weights.numel() for name, weights in model.named_parameters()}
return sum(size for name, size in sizes.items() if name.startswith(prefixes[0])) / sum(sizes.values())
