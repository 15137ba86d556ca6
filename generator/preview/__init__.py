"""One notebook as students, its solution and graders see it, in a browser, built anew whenever a file is saved."""
