# Looks up the tail by position: right only while counts are sorted and one class is large.
number = int((counts < threshold).sum())
return number / len(counts), float(1 - counts[: len(counts) - number].sum() / counts.sum()) if number < len(counts) else 0.0
