# Multiplies by the temperature: a warm distribution gets sharper.
return torch.softmax(logits * temperature, dim=-1)
