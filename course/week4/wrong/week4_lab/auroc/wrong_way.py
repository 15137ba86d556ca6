# Counts pairs in which the unknown text scores higher.
return float(np.mean((known[:, None] < unknown[None, :]) + 0.5 * (known[:, None] == unknown[None, :])))
