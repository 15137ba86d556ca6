# Returns a tensor that carries its history along.
network.train()
loss = functional.cross_entropy(network(ids), targets)
network.zero_grad()
loss.backward()
optimizer.step()
return loss
