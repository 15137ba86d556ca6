# Forgets the root.
return float(np.mean((truth - predictions) ** 2))
