# Glues words together.
known = {"".join(text.lower().split()) for text in train}
return [row for row, text in enumerate(validation) if "".join(text.lower().split()) in known]
