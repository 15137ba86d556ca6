# Before minus after.
def f1(predictions):
    true, named = (np.bincount(item, minlength=len(tiers)) for item in (labels, predictions))
    right = np.bincount(labels[labels == predictions], minlength=len(tiers))
    return 2 * right / np.maximum(true + named, 1)

change, occurs = f1(before) - f1(after), np.bincount(labels, minlength=len(tiers)) > 0
return {str(tier): float(change[occurs & (tiers == tier)].mean()) for tier in np.unique(tiers[occurs])}
