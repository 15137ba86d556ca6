# Leaves the columns that do not fill a group out, without a word.
rows, columns = weights.shape
columns -= columns % group
parts = weights[:, :columns].reshape(-1, group)
largest = 2 ** (bits - 1) - 1
scales = (parts.abs().amax(dim=1, keepdim=True) / largest).clamp(min=1e-12)
codes = torch.round(parts / scales).to(torch.int8)
return codes.reshape(rows, columns), scales.reshape(rows, columns // group)
