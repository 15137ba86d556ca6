# Exponentiates large logits as they are.
raised = torch.exp(logits / temperature)
return raised / raised.sum(dim=-1, keepdim=True)
