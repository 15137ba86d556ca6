# The difference, not the share.
return baseline - model
