"""Claims in words, held against the facts: orders, directions, counts of seeds, factors, what no run can show."""
