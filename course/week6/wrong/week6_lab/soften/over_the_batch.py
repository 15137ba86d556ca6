# The softmax over the complaints.
return torch.softmax(logits / temperature, dim=0)
