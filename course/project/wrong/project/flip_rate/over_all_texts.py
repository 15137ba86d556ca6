# Divides by all texts, also by those that did not change.
texts = list(texts)
after = [change(text) for text in texts]
return float(np.mean(np.asarray(predict(texts)) != np.asarray(predict(after))))
