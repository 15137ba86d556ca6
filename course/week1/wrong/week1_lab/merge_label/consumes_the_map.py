# Follows the chain, but empties the caller's map on the way.
while label in renamed:
    label = renamed.pop(label)
return label
