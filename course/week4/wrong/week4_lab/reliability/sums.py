# Gives how many are right instead of their share.
place = np.clip(np.ceil(np.asarray(confidence) * bins).astype(int) - 1, 0, bins - 1)
inside = [place == number for number in range(bins)]
return [(float(confidence[mask].mean()), float(right[mask].sum()), int(mask.sum())) for mask in inside if mask.any()]
