# Knows only the names head, mid and tail.
scores, tiers = np.asarray(per_class_f1, dtype=float), np.asarray(tiers)
means = {}
for tier in ('head', 'mid', 'tail'):
    kept = scores[(tiers == tier) & ~np.isnan(scores)]
    if len(kept):
        means[tier] = float(kept.mean())
return means
