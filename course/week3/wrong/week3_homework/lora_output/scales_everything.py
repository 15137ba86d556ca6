# Multiplies the frozen layer's answer, too.
return (alpha / len(down)) * (x @ weight.T + (x @ down.T) @ up.T)
