# log(softmax) is minus infinity where the model is far off.
probabilities = functional.softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return (-alpha[labels] * (1 - probabilities) ** gamma * torch.log(probabilities)).mean()
