# Takes the softmax twice.
network.train()
loss = functional.cross_entropy(functional.softmax(network(ids), dim=-1), targets)
network.zero_grad()
loss.backward()
optimizer.step()
return loss.item()
