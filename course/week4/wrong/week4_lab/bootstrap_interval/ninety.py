# Cuts 5 % from each side, which leaves 90 %.
drawn = [metric(rng.integers(0, n, n)) for _ in range(repeats)]
low, high = np.quantile(drawn, [0.05, 0.95])
return float(low), float(high)
