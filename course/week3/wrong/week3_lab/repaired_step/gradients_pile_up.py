# Never clears the gradients.
network.train()
loss = functional.cross_entropy(network(ids), targets)
loss.backward()
optimizer.step()
return loss.item()
