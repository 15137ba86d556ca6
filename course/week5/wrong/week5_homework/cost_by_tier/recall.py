# Recall in place of F1: wrong answers that land in a class cost it nothing.
true = np.bincount(labels, minlength=len(tiers))

def recall(predictions):
    return np.bincount(labels[labels == predictions], minlength=len(tiers)) / np.maximum(true, 1)

change, occurs = recall(after) - recall(before), true > 0
return {str(tier): float(change[occurs & (tiers == tier)].mean()) for tier in np.unique(tiers[occurs])}
