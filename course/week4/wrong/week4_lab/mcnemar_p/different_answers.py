# Counts complaints with different answers, right or wrong.
differ = first != second
if not differ.any():
    return 1.0
return float(stats.binomtest(int(np.sum((first == labels) & differ)), int(differ.sum()), 0.5).pvalue)
