# Divides by the sum over the classes, not over the complaints of the batch.
item_weights = weights[labels]
return (item_weights * losses).sum() / weights.sum()
