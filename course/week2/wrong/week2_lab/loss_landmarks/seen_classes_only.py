# Leaves classes without examples out of K.
shares = counts[counts > 0] / counts.sum()
seen_classes = len(shares)
return math.log(seen_classes), float(-(shares * np.log(shares)).sum()), math.log(seen_classes - 1 + math.e) - 1
