# Compares two lists as wholes.
pairs = [(text, change(text)) for text in texts if change(text) != text]
if not pairs:
    return 0.0
return float(list(predict([a for a, _ in pairs])) != list(predict([b for _, b in pairs])))
