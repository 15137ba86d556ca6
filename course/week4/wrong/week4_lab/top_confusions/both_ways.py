# Adds up both directions of a pair.
errors = (confusion + confusion.T) * (1 - np.eye(len(confusion), dtype=int))
errors = np.triu(errors)
order = np.argsort(-errors, axis=None, kind="stable")[:k]
return [(*map(int, divmod(place, len(confusion))), int(errors.flat[place])) for place in order if errors.flat[place] > 0]
