# Divides by all complaints of the tail, not by the errors.
errors = confusion * (1 - np.eye(len(confusion), dtype=int)) * (tiers == 'tail')[:, None]
is_mid = np.broadcast_to(tiers == 'mid', errors.shape)
total = max(confusion[tiers == 'tail'].sum(), 1)
return {
    'head': float(errors[:, tiers == 'head'].sum() / total),
    'similar mid': float(errors[is_mid & similar].sum() / total),
    'other mid': float(errors[is_mid & ~similar].sum() / total),
    'other tail': float(errors[:, tiers == 'tail'].sum() / total),
}
