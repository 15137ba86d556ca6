"""nbgrader as the gradebook: results go in, people's grades come out."""
