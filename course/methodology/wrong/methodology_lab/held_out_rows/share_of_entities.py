# A share of the entities instead of the rows.
chosen = shuffled[: int(np.ceil(share * len(shuffled)))]
return np.isin(entities, chosen)
