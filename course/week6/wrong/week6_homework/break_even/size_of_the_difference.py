# Takes differences without their signs: a better and cheaper model gets a price.
if one[0] == other[0]:
    return 0.0 if one[1] == other[1] else math.inf
return abs(one[1] - other[1]) / (complaints_a_month * abs(one[0] - other[0]))
