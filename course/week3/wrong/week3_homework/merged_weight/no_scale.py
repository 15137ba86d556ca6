# Adds the product without alpha / rank.
return weight + up @ down
