# Names tiers that have no complaint in the split.
of_item = tiers[labels]
found = {}
for tier in np.unique(tiers):
    rows = of_item == tier
    found[str(tier)] = float(np.mean(before[rows] != after[rows])) if rows.any() else 0.0
return found
