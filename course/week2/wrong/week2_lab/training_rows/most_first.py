# Gives the most before the fewest.
return steps_per_epoch * batch_size, (steps_per_epoch - 1) * batch_size + 1
