# Cuts bins of equal numbers of complaints instead of equal width.
parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
return [(float(confidence[rows].mean()), float(right[rows].mean()), len(rows)) for rows in parts if len(rows)]
