# Sets the diagonal of the matrix that was passed in to zero.
np.fill_diagonal(confusion, 0)
order = np.argsort(-confusion, axis=None, kind="stable")[:k]
return [(*map(int, divmod(place, len(confusion))), int(confusion.flat[place])) for place in order if confusion.flat[place] > 0]
