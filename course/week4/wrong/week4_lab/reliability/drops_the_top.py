# Loses the complaints with a confidence of exactly 1.
place = np.ceil(np.asarray(confidence) * bins).astype(int) - 1
inside = [(place == number) & (confidence < 1) for number in range(bins)]
return [(float(confidence[mask].mean()), float(right[mask].mean()), int(mask.sum())) for mask in inside if mask.any()]
