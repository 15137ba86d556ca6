# Finds exact copies alone.
known = set(train)
return [row for row, text in enumerate(validation) if text in known]
