# Fixed first.
was_right, is_right = before == labels, after == labels
return int(np.sum(~was_right & is_right)), int(np.sum(was_right & ~is_right))
