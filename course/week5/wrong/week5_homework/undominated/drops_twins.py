# Two candidates with the same numbers throw each other out.
return sorted(
    n for n, p in points.items()
    if not any(q[0] <= p[0] and q[1] >= p[1] for m, q in points.items() if m != n)
)
