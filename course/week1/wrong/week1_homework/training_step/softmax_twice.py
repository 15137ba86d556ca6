# Applies softmax before cross-entropy for the gradient.
model.train()
logits = model(inputs)
functional.cross_entropy(logits.softmax(dim=-1), labels).backward()
optimizer.step()
scheduler.step()
optimizer.zero_grad()
return functional.cross_entropy(logits, labels).item()
