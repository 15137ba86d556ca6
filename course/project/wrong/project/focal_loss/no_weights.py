# Leaves the class weights out.
logs = functional.log_softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
return (-((1 - logs.exp()) ** gamma) * logs).mean()
