# Counts classes that do not occur as zero.
scores = np.nan_to_num(np.asarray(per_class_f1, dtype=float))
return {str(tier): float(scores[np.asarray(tiers) == tier].mean()) for tier in np.unique(tiers)}
