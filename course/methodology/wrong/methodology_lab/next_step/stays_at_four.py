# After all four it starts again.
return passed.index(False) + 1 if False in passed else min(len(passed) + 1, 4)
