# Scales both matrices, so that the factor enters twice.
scale = alpha / len(down)
return x @ weight.T + (x @ (scale * down).T) @ (scale * up).T
