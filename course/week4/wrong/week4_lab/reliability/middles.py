# Returns the middle of each bin instead of its mean confidence.
place = np.clip(np.ceil(np.asarray(confidence) * bins).astype(int) - 1, 0, bins - 1)
inside = [place == number for number in range(bins)]
return [((number + 0.5) / bins, float(right[mask].mean()), int(mask.sum())) for number, mask in enumerate(inside) if mask.any()]
