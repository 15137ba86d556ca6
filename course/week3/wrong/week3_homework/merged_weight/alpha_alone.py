# Forgets to divide by the rank.
return weight + alpha * (up @ down)
