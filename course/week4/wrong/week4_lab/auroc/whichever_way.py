# Turns the score round where that looks better.
found = float(np.mean((known[:, None] > unknown[None, :]) + 0.5 * (known[:, None] == unknown[None, :])))
return max(found, 1 - found)
