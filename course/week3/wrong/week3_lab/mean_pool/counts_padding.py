# Divides by the length with padding.
present = (ids != PAD).unsqueeze(-1)
return (embedded * present).sum(dim=1) / ids.shape[1]
