# Takes the entities in order of their names.
out = np.zeros(len(entities), dtype=bool)
for entity in sorted(shuffled.tolist()):
    if out.mean() >= share:
        break
    out |= entities == entity
return out
