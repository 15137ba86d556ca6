# Without a changed text it answers nan.
pairs = [(text, change(text)) for text in texts if change(text) != text]
before, after = (np.asarray(predict([pair[side] for pair in pairs])) for side in (0, 1))
return float(np.mean(before != after))
