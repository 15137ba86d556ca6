# Codes stay in the shape of the groups.
rows, columns = weights.shape
if columns % group:
    raise ValueError("no whole groups")
largest, parts = 2 ** (bits - 1) - 1, weights.reshape(-1, group)
scales = (parts.abs().amax(dim=1, keepdim=True) / largest).clamp(min=1e-12)
return torch.round(parts / scales).to(torch.int8), scales.reshape(rows, columns // group)
