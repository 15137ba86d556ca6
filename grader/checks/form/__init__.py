"""Form: what a notebook shows of its run, its text, and what is left in its code."""
