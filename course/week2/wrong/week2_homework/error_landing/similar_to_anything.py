# Calls a class similar when it is similar to any class of the tail.
errors = confusion * (1 - np.eye(len(confusion), dtype=int)) * (tiers == 'tail')[:, None]
near = similar[tiers == 'tail'].any(axis=0)
counts = {
    'head': errors[:, tiers == 'head'].sum(),
    'similar mid': errors[:, (tiers == 'mid') & near].sum(),
    'other mid': errors[:, (tiers == 'mid') & ~near].sum(),
    'other tail': errors[:, tiers == 'tail'].sum(),
}
return {name: float(count / max(errors.sum(), 1)) for name, count in counts.items()}
