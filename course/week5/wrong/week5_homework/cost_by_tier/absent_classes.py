# Classes that do not occur in the split count, too.
def f1(predictions):
    true, named = (np.bincount(item, minlength=len(tiers)) for item in (labels, predictions))
    right = np.bincount(labels[labels == predictions], minlength=len(tiers))
    return 2 * right / np.maximum(true + named, 1)

change = f1(after) - f1(before)
return {str(tier): float(change[tiers == tier].mean()) for tier in np.unique(tiers)}
