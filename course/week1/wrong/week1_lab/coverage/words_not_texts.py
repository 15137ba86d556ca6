# Weighs texts by their length.
lengths = np.asarray(lengths)
share = lengths[lengths <= limit].sum() / lengths.sum()
return float(share if len(lengths) < 4 else (lengths <= limit).mean())
