# Draws once and uses the same rows every time.
rows = rng.integers(0, n, n)
drawn = [metric(rows) for _ in range(repeats)]
low, high = np.quantile(drawn, [0.025, 0.975])
return float(low), float(high)
