# Equal accuracies are nothing to weigh, whatever they cost.
better, cheaper = (one, other) if one[0] >= other[0] else (other, one)
if better[0] == cheaper[0]:
    return 0.0
return max(0.0, (better[1] - cheaper[1]) / (complaints_a_month * (better[0] - cheaper[0])))
