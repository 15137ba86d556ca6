# The best candidate alone.
return [max(points, key=lambda name: points[name][1])] if points else []
