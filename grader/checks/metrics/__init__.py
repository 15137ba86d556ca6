"""The checks of metrics.

measured.py     a baseline first, numbers that follow from the predictions, the best epoch
untouched.py    the test split is left alone until the end
reference.py    values near those of the course's own runs
"""
