# Keeps the graph of every batch.
model.eval()
total, items, collected = 0.0, 0, []
for inputs, labels in batches:
    logits = model(inputs)
    total += functional.cross_entropy(logits, labels, reduction='sum').item()
    items += len(labels)
    collected.append(logits)
return total / items, torch.cat(collected)
