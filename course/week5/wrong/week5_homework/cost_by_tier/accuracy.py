# The change of the tier's accuracy.
of_item = tiers[labels]
gain = (after == labels).astype(float) - (before == labels)
return {str(tier): float(gain[of_item == tier].mean()) for tier in np.unique(of_item)}
