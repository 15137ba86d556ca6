# Counts predicted classes that do not occur.
classes = np.union1d(labels, predictions)
zero = [label for label in classes if not np.any((predictions == label) & (labels == label))]
return len(zero), sum(not np.any(predictions == label) for label in zero)
