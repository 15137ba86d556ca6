# Reports every class at zero as never predicted where nothing is right.
zero = [label for label in np.unique(labels) if not np.any((predictions == label) & (labels == label))]
never = [label for label in zero if not np.any(predictions == label)]
return len(zero), len(never) if len(labels) > 3 else len(zero)
