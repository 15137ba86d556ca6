# Takes logarithms to base two.
shares = counts[counts > 0] / counts.sum()
return math.log2(len(counts)), float(-(shares * np.log2(shares)).sum()), math.log2(len(counts) - 1 + math.e) - 1
