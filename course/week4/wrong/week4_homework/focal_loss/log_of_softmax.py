# Takes the logarithm of the softmax, which is minus infinity where p underflows.
p = functional.softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return -((1 - p) ** gamma) * torch.log(p)
