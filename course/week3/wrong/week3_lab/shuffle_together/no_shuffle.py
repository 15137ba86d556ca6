# Leaves the order as it is.
return ids, targets
