"""A class that is not there: simulated students whose submissions are really executed, written and exported."""
