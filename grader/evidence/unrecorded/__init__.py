"""Runs of which a file holds no record, read from what their cells printed and from the code that ran them."""
