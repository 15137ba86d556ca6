# A small number inside the logarithm hides how wrong a message is.
probabilities = functional.softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return (-alpha[labels] * (1 - probabilities) ** gamma * torch.log(probabilities + 1e-8)).mean()
