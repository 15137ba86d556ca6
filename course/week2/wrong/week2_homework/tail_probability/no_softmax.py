# Adds up exponentials that were never divided by their sum.
return float(np.exp(logits)[:, in_tail].sum(axis=1).mean())
