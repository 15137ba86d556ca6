# Ends one step early.
return max(0.0, 1.0 - step / (total_steps - 1))
