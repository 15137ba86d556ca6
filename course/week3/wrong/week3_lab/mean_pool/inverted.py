# Takes the padding for the words.
padding = (ids == PAD).unsqueeze(-1).to(embedded.dtype)
return (embedded * padding).sum(dim=1) / padding.sum(dim=1).clamp(min=1)
