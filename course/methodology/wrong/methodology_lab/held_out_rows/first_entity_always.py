# Holds out one entity even for a share of 0.
out = np.zeros(len(entities), dtype=bool)
for entity in shuffled:
    out |= entities == entity
    if out.mean() >= share:
        break
return out
