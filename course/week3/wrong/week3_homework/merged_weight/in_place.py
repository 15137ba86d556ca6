# Changes the weight that was passed in.
weight += (alpha / len(down)) * (up @ down)
return weight
