# Counts markers, not texts.
return min(1.0, sum(text.count('XXXX') for text in texts) / 2 / len(texts))
