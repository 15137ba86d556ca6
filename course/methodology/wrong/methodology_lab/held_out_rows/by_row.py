# Holds out rows, whoever they belong to.
out = np.zeros(len(entities), dtype=bool)
out[: int(np.ceil(share * len(entities)))] = True
return out
