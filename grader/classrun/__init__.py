"""A class through the grader: where the work is done, what survives an interruption, what leaves the folder."""
