# Takes the last batch to be one short.
return (steps_per_epoch - 1) * batch_size + 1, steps_per_epoch * batch_size - 1
