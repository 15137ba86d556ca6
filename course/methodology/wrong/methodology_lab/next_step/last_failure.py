# The last failure instead of the first.
return len(passed) - passed[::-1].index(False) if False in passed else len(passed) + 1
