# Takes the change out instead of adding it.
return weight - (alpha / len(down)) * (up @ down)
