# Returns the change and not the merged weight.
return (alpha / len(down)) * (up @ down)
