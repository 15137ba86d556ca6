# Returns a number, so that no gradient flows.
item_weights = weights[labels]
return float((item_weights * losses).sum() / item_weights.sum())
