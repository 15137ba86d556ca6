# The chi-square approximation, which is off for few complaints.
only_first = int(np.sum((first == labels) & (second != labels)))
only_second = int(np.sum((first != labels) & (second == labels)))
if only_first + only_second == 0:
    return 1.0
return float(stats.chi2.sf((only_first - only_second) ** 2 / (only_first + only_second), 1))
