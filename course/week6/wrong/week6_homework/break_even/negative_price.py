# A negative price where the better one is cheaper.
better, cheaper = (one, other) if one[0] >= other[0] else (other, one)
if better[0] == cheaper[0]:
    return 0.0 if one[1] == other[1] else math.inf
return (better[1] - cheaper[1]) / (complaints_a_month * (better[0] - cheaper[0]))
