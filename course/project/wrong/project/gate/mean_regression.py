# Only the mean over the intents must not fall.
failed = {'overall': not overall >= 0.92, 'rare': not rare >= 0.85, 'p95': not p95 <= 15.0, 'regression': bool(np.nanmean(new) < np.nanmean(old))}
return [name for name, fails in failed.items() if fails]
