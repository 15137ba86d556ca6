# Takes a part of a text for a copy.
return [row for row, text in enumerate(validation) if any(" ".join(text.lower().split()) in " ".join(other.lower().split()) for other in train)]
