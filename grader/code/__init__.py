"""What a notebook's code says, read without running it: one pass over the cells, findings as values."""
