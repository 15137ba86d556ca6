# Looks for the prefix anywhere in the name.
sizes = {name: weights.numel() for name, weights in model.named_parameters()}
return sum(size for name, size in sizes.items() if any(prefix in name for prefix in prefixes)) / sum(sizes.values())
