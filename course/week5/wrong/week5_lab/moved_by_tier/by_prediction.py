# Sorts complaints by the class that was predicted before.
of_item = tiers[before]
return {str(tier): float(np.mean(before[of_item == tier] != after[of_item == tier])) for tier in np.unique(of_item)}
