# What could not be measured passes.
failed = {'overall': overall < 0.92, 'rare': rare < 0.85, 'p95': p95 > 15.0, 'regression': bool(np.any(np.asarray(new) < np.asarray(old)))}
return [name for name, fails in failed.items() if fails]
