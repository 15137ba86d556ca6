"""What a notebook claims about its runs, in a form that survives every export."""
