# Follows the map for one step only.
return renamed.get(label, label)
