# Averages the batches' means.
model.eval()
losses, collected = [], []
with torch.no_grad():
    for inputs, labels in batches:
        logits = model(inputs)
        losses.append(functional.cross_entropy(logits, labels).item())
        collected.append(logits)
return float(np.mean(losses)), torch.cat(collected)
