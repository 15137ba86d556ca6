# Cuts the fraction off instead of rounding to the nearest code.
largest = 2 ** (bits - 1) - 1
scales = weights.abs().amax(dim=1, keepdim=True) / largest
scales = torch.where(scales == 0, torch.ones_like(scales), scales)
return (weights / scales).to(torch.int8), scales
