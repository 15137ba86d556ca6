# Follows the map for two steps only.
label = renamed.get(label, label)
return renamed.get(label, label)
