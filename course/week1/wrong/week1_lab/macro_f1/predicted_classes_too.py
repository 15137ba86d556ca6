# Averages over every class that occurs anywhere.
scores = []
for label in np.union1d(labels, predictions):
    hits = np.sum((predictions == label) & (labels == label))
    scores.append(2 * hits / (np.sum(predictions == label) + np.sum(labels == label)))
return float(np.mean(scores))
