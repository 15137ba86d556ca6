# The share that is left.
return model / baseline
