# Gives nan where a class has no examples.
shares = counts / counts.sum()
with np.errstate(all="ignore"):
    entropy = -(shares * np.log(shares)).sum()
return math.log(len(counts)), float(entropy), math.log(len(counts) - 1 + math.e) - 1
