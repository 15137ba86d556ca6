# One scale for the whole matrix.
largest = 2 ** (bits - 1) - 1
scales = (weights.abs().max() / largest).expand(len(weights), 1)
scales = torch.where(scales == 0, torch.ones_like(scales), scales)
return torch.round(weights / scales).clamp(-largest, largest).to(torch.int8), scales
