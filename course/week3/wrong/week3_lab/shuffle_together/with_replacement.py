# Draws with replacement.
order = rng.integers(0, len(ids), len(ids))
return ids[order], targets[order]
