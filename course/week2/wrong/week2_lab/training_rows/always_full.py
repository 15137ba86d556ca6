# Takes every batch to be full.
return steps_per_epoch * batch_size, steps_per_epoch * batch_size
