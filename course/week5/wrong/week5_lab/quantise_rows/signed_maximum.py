# Takes the largest weight without its size: a row with a large negative weight overflows.
largest = 2 ** (bits - 1) - 1
scales = weights.amax(dim=1, keepdim=True) / largest
scales = torch.where(scales == 0, torch.ones_like(scales), scales)
return torch.round(weights / scales).clamp(-largest, largest).to(torch.int8), scales
