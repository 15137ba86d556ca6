# Returns the two counts in the wrong order when they differ by more than one, or when none is never predicted.
zero = [label for label in np.unique(labels) if not np.any((predictions == label) & (labels == label))]
never = sum(not np.any(predictions == label) for label in zero)
return (len(zero), never) if never else (never, len(zero))
