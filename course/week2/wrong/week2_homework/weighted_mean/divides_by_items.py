# Divides by the number of complaints: the loss shrinks with the weights.
return (weights[labels] * losses).mean()
