# Shuffles instead of drawing with replacement: every mean is the same.
means = [np.asarray(hits)[generator.permutation(len(hits))].mean() for _ in range(draws)]
low, high = np.quantile(means, (0.025, 0.975))
return float(low), float(high)
