# Stops before the share is reached.
out = np.zeros(len(entities), dtype=bool)
for entity in shuffled:
    more = out | (entities == entity)
    if more.mean() > share:
        break
    out = more
return out
