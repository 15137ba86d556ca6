# Gives nan for a text without words.
present = (ids != PAD).unsqueeze(-1).to(embedded.dtype)
return (embedded * present).sum(dim=1) / present.sum(dim=1)
