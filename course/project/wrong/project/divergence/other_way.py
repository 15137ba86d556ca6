# The divergence of q from p.
p, q = np.asarray(q, dtype=float), np.asarray(p, dtype=float)
occurs = p > 0
if np.any(q[occurs] == 0):
    return float('inf')
return float(np.sum(p[occurs] * np.log(p[occurs] / q[occurs])))
