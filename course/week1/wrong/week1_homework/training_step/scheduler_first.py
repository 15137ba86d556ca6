# Moves the learning rate before the optimiser uses it.
model.train()
loss = functional.cross_entropy(model(inputs), labels)
loss.backward()
for group in optimizer.param_groups:
    group['lr'] *= 0.5
optimizer.step()
for group in optimizer.param_groups:
    group['lr'] /= 0.5
scheduler.step()
optimizer.zero_grad()
return loss.item()
