# A value at its limit fails.
failed = {'overall': not overall > 0.92, 'rare': not rare > 0.85, 'p95': not p95 < 15.0, 'regression': bool(np.any(np.asarray(new) < np.asarray(old)))}
return [name for name, fails in failed.items() if fails]
