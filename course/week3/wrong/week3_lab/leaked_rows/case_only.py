# Forgets white space.
known = {text.lower() for text in train}
return [row for row, text in enumerate(validation) if text.lower() in known]
