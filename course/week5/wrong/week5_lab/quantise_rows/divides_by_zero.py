# A row of zeros is divided by zero.
largest = 2 ** (bits - 1) - 1
scales = weights.abs().amax(dim=1, keepdim=True) / largest
return torch.round(weights / scales).clamp(-largest, largest).to(torch.int8), scales
