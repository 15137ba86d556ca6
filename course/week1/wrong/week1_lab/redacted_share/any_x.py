# Counts shorter runs and amounts.
return sum('XX' in text for text in texts) / len(texts)
