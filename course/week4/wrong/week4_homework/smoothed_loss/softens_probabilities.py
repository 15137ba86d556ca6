# Smooths the probabilities and not the labels.
p = functional.softmax(logits, dim=1) * (1 - epsilon) + epsilon / logits.shape[1]
return -torch.log(p.gather(1, labels[:, None])[:, 0])
