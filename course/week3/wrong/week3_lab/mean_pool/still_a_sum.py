# Leaves the padding out and still adds.
present = (ids != PAD).unsqueeze(-1)
return (embedded * present).sum(dim=1)
