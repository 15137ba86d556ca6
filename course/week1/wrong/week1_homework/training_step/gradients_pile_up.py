# Never sets the gradients back to zero.
model.train()
loss = functional.cross_entropy(model(inputs), labels)
loss.backward()
optimizer.step()
scheduler.step()
return loss.item()
