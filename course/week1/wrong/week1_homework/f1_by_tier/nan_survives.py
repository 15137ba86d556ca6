# Lets a tier without classes through as nan.
scores, tiers = np.asarray(per_class_f1, dtype=float), np.asarray(tiers)
means = {}
for tier in np.unique(tiers):
    kept = scores[(tiers == tier) & ~np.isnan(scores)]
    means[str(tier)] = float(kept.mean()) if len(kept) else float('nan')
return means
