# Also counts lower case.
return sum('xxxx' in text.lower() for text in texts) / len(texts)
