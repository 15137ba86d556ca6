"""No learning platform: a folder of files and a roster in, a table of grades out."""
