# Counts a pair with equal scores as lost.
return float(np.mean(known[:, None] > unknown[None, :]))
