# The share that stays, not the share that flips.
pairs = [(text, change(text)) for text in texts if change(text) != text]
if not pairs:
    return 0.0
return float(np.mean(np.asarray(predict([a for a, _ in pairs])) == np.asarray(predict([b for _, b in pairs]))))
