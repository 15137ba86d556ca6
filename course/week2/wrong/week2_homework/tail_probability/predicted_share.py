# Counts how often a tail class wins instead of adding up probability.
return float(in_tail[logits.argmax(axis=1)].mean())
