# Cuts the losses out of the graph.
item_weights = weights[labels]
return (item_weights * losses.detach()).sum() / item_weights.sum()
