# Dominated only where another one is better in both.
return sorted(n for n, p in points.items() if not any(q[0] < p[0] and q[1] > p[1] for q in points.values()))
