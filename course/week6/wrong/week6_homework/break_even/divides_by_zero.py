# Equal accuracies divide by zero.
better, cheaper = (one, other) if one[0] >= other[0] else (other, one)
return max(0.0, (better[1] - cheaper[1]) / (complaints_a_month * (better[0] - cheaper[0])))
