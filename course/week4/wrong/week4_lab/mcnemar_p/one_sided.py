# One-sided: only asks whether the first is better.
only_first = int(np.sum((first == labels) & (second != labels)))
only_second = int(np.sum((first != labels) & (second == labels)))
if only_first + only_second == 0:
    return 1.0
return float(stats.binomtest(only_first, only_first + only_second, 0.5, alternative="greater").pvalue)
