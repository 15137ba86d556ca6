# Counts answers that became wrong, not all that moved.
of_item = tiers[labels]
moved = (before == labels) & (after != labels)
return {str(tier): float(moved[of_item == tier].mean()) for tier in np.unique(of_item)}
