# Throws the coin for every complaint.
only_first = int(np.sum((first == labels) & (second != labels)))
return float(stats.binomtest(only_first, len(labels), 0.5).pvalue)
