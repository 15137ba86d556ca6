# Takes a lower quality for the better one.
def beats(one, other):
    return one[0] <= other[0] and one[1] <= other[1] and one != other

return sorted(n for n, p in points.items() if not any(beats(q, p) for q in points.values()))
