# Leaves out classes at zero when all are.
scores, tiers = np.asarray(per_class_f1, dtype=float), np.asarray(tiers)
means = {}
for tier in np.unique(tiers):
    kept = scores[(tiers == tier) & ~np.isnan(scores)]
    if kept.any():
        means[str(tier)] = float(kept.mean())
return means
