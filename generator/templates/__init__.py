"""Files that the generator fills in and ships."""
