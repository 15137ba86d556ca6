# One scale a row, repeated for its groups.
rows, columns = weights.shape
if columns % group:
    raise ValueError("no whole groups")
largest = 2 ** (bits - 1) - 1
scales = (weights.abs().amax(dim=1, keepdim=True) / largest).clamp(min=1e-12)
return torch.round(weights / scales).to(torch.int8), scales.expand(rows, columns // group)
