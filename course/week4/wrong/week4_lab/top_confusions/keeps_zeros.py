# Fills the list up with pairs that never happened.
errors = confusion * (1 - np.eye(len(confusion), dtype=int))
order = np.argsort(-errors, axis=None, kind="stable")[:k]
return [(*map(int, divmod(place, len(confusion))), int(errors.flat[place])) for place in order]
