# Includes the lower end of each bin and not the upper one.
place = np.clip((np.asarray(confidence) * bins).astype(int), 0, bins - 1)
inside = [place == number for number in range(bins)]
return [(float(confidence[mask].mean()), float(right[mask].mean()), int(mask.sum())) for mask in inside if mask.any()]
