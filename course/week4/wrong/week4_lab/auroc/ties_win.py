# Counts a pair with equal scores as won.
return float(np.mean(known[:, None] >= unknown[None, :]))
