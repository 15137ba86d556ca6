# Answers with the middle of the sorted labels.
return np.full(n, np.sort(train_labels)[len(train_labels) // 2])
