# Counts from 0.
return passed.index(False) if False in passed else len(passed)
