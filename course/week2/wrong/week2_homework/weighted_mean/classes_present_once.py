# Counts the weight of each class in the batch once, however many complaints it has.
item_weights = weights[labels]
return (item_weights * losses).sum() / weights[labels.unique()].sum()
