# Forgets the minus one of the right class.
shares = counts[counts > 0] / counts.sum()
return math.log(len(counts)), float(-(shares * np.log(shares)).sum()), math.log(len(counts) - 1 + math.e)
