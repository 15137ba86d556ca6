# Draws half as many rows as there are.
drawn = [metric(rng.integers(0, n, n // 2)) for _ in range(repeats)]
low, high = np.quantile(drawn, [0.025, 0.975])
return float(low), float(high)
