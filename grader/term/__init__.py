"""A whole term: graded weeks and tables from outside to final grades and pages about them."""
