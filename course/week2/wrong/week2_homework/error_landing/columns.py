# Looks at what lands in the tail instead of where the tail's errors land.
errors = (confusion * (1 - np.eye(len(confusion), dtype=int))).T * (tiers == 'tail')[:, None]
is_mid = np.broadcast_to(tiers == 'mid', errors.shape)
counts = {
    'head': errors[:, tiers == 'head'].sum(),
    'similar mid': errors[is_mid & similar].sum(),
    'other mid': errors[is_mid & ~similar].sum(),
    'other tail': errors[:, tiers == 'tail'].sum(),
}
return {name: float(count / max(errors.sum(), 1)) for name, count in counts.items()}
