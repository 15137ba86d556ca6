# Still clears the gradients before they are used.
network.train()
loss = functional.cross_entropy(network(ids), targets)
loss.backward()
network.zero_grad()
optimizer.step()
return loss.item()
