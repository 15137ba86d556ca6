# Returns the smallest and the largest value.
drawn = [metric(rng.integers(0, n, n)) for _ in range(repeats)]
return float(min(drawn)), float(max(drawn))
