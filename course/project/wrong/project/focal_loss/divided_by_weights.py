# Divides by the sum of the weights: another scale.
logs = functional.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return (-alpha[labels] * (1 - logs.exp()) ** gamma * logs).sum() / alpha[labels].sum()
