# Groups run down the columns instead of along the rows.
rows, columns = weights.shape
if columns % group:
    raise ValueError("no whole groups")
largest, parts = 2 ** (bits - 1) - 1, weights.T.reshape(-1, group)
scales = (parts.abs().amax(dim=1, keepdim=True) / largest).clamp(min=1e-12)
codes = torch.round(parts / scales).to(torch.int8)
return codes.reshape(columns, rows).T, scales.reshape(rows, columns // group)
