# Averages the shares of the classes, so that one error can weigh as much as seven.
errors = confusion * (1 - np.eye(len(confusion), dtype=int)) * (tiers == 'tail')[:, None]
totals = errors.sum(axis=1, keepdims=True)
shares = errors / np.maximum(totals, 1)
kept = max((totals > 0).sum(), 1)
is_mid = np.broadcast_to(tiers == 'mid', errors.shape)
counts = {
    'head': shares[:, tiers == 'head'].sum(),
    'similar mid': shares[is_mid & similar].sum(),
    'other mid': shares[is_mid & ~similar].sum(),
    'other tail': shares[:, tiers == 'tail'].sum(),
}
return {name: float(count / kept) for name, count in counts.items()}
