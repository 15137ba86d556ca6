# Weighs each class by its complaints.
true = np.bincount(labels, minlength=len(tiers))

def f1(predictions):
    right = np.bincount(labels[labels == predictions], minlength=len(tiers))
    return 2 * right / np.maximum(true + np.bincount(predictions, minlength=len(tiers)), 1)

change, occurs = f1(after) - f1(before), true > 0
return {str(t): float(np.average(change[occurs & (tiers == t)], weights=true[occurs & (tiers == t)])) for t in np.unique(tiers[occurs])}
