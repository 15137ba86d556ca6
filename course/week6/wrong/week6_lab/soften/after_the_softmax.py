# Divides probabilities instead of logits.
return torch.softmax(logits, dim=-1) / temperature
