# One code in a byte, which wins nothing.
return (codes.to(torch.int16) + 8).to(torch.uint8)
