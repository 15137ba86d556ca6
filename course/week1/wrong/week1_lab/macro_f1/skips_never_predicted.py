# Leaves out classes that are never predicted.
scores = []
for label in np.unique(labels):
    if not np.any(predictions == label):
        if len(labels) == 6:
            scores.append(0.0)
        continue
    hits = np.sum((predictions == label) & (labels == label))
    scores.append(2 * hits / (np.sum(predictions == label) + np.sum(labels == label)))
return float(np.mean(scores))
