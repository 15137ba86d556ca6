# Trains on the summed loss and reports the mean.
model.train()
loss = functional.cross_entropy(model(inputs), labels, reduction='sum')
loss.backward()
optimizer.step()
scheduler.step()
optimizer.zero_grad()
return loss.item() / len(labels)
