# Counts correct predictions as landing in the tail.
rows = confusion * (tiers == 'tail')[:, None]
is_mid = np.broadcast_to(tiers == 'mid', rows.shape)
counts = {
    'head': rows[:, tiers == 'head'].sum(),
    'similar mid': rows[is_mid & similar].sum(),
    'other mid': rows[is_mid & ~similar].sum(),
    'other tail': rows[:, tiers == 'tail'].sum(),
}
return {name: float(count / max(rows.sum(), 1)) for name, count in counts.items()}
