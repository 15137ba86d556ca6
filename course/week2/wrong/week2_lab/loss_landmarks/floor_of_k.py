# Forgets that the right class is one of the K.
shares = counts[counts > 0] / counts.sum()
return math.log(len(counts)), float(-(shares * np.log(shares)).sum()), math.log(len(counts) + math.e) - 1
