# Breaks where no complaint tells the two apart.
only_first = int(np.sum((first == labels) & (second != labels)))
only_second = int(np.sum((first != labels) & (second == labels)))
return float(stats.binomtest(only_first, only_first + only_second, 0.5).pvalue)
