# Shuffles instead of drawing with replacement.
drawn = [metric(rng.permutation(n)) for _ in range(repeats)]
low, high = np.quantile(drawn, [0.025, 0.975])
return float(low), float(high)
