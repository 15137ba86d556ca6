# Does not switch to training mode.
loss = functional.cross_entropy(model(inputs), labels)
loss.backward()
optimizer.step()
scheduler.step()
optimizer.zero_grad()
return loss.item()
