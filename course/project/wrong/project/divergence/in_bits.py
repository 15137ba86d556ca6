# In bits instead of nats.
p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
occurs = p > 0
if np.any(q[occurs] == 0):
    return float('inf')
return float(np.sum(p[occurs] * np.log2(p[occurs] / q[occurs])))
