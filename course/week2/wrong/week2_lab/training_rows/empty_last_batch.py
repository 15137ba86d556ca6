# Lets the last batch be empty.
return (steps_per_epoch - 1) * batch_size, steps_per_epoch * batch_size
