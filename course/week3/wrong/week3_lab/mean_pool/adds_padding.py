# Adds what stands in the padding.
present = (ids != PAD).unsqueeze(-1).to(embedded.dtype)
return embedded.sum(dim=1) / present.sum(dim=1).clamp(min=1)
