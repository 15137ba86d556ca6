# Shares in place of counts.
was_right, is_right = before == labels, after == labels
return float(np.mean(was_right & ~is_right)), float(np.mean(~was_right & is_right))
