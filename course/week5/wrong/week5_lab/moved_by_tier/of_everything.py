# Divides by all complaints instead of the tier's.
of_item = tiers[labels]
return {str(tier): float(np.mean((before != after) & (of_item == tier))) for tier in np.unique(of_item)}
