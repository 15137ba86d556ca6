# Turns down the hard messages instead of the easy ones.
logs = functional.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return (-alpha[labels] * logs.exp() ** gamma * logs).mean()
