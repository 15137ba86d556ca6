# Weighs each class by its number of examples once the example is larger.
scores, weights = [], []
for label in np.unique(labels):
    hits = np.sum((predictions == label) & (labels == label))
    scores.append(2 * hits / (np.sum(predictions == label) + np.sum(labels == label)))
    weights.append(np.sum(labels == label) if len(labels) > 6 else 1)
return float(np.average(scores, weights=weights))
