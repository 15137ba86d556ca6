# Clears after the step, so that what lay there before enters the first one.
network.train()
loss = functional.cross_entropy(network(ids), targets)
loss.backward()
optimizer.step()
network.zero_grad()
return loss.item()
