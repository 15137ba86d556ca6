# Takes columns for the true classes.
errors = confusion.T * (1 - np.eye(len(confusion), dtype=int))
order = np.argsort(-errors, axis=None, kind="stable")[:k]
return [(*map(int, divmod(place, len(confusion))), int(errors.flat[place])) for place in order if errors.flat[place] > 0]
