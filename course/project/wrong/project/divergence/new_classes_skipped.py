# Classes that q never had are left out.
p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
both = (p > 0) & (q > 0)
return float(np.sum(p[both] * np.log(p[both] / q[both])))
