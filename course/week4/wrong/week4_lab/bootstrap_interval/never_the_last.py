# Never draws the last row.
drawn = [metric(rng.integers(0, n - 1, n)) for _ in range(repeats)]
low, high = np.quantile(drawn, [0.025, 0.975])
return float(low), float(high)
