# Stops at the first criterion that fails.
if not overall >= 0.92:
    return ['overall']
if not rare >= 0.85:
    return ['rare']
if not p95 <= 15.0:
    return ['p95']
return ['regression'] if np.any(np.asarray(new) < np.asarray(old)) else []
