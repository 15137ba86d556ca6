# Rises instead.
return min(1.0, step / total_steps)
