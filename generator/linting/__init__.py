"""What can be wrong with a source's words and links, found before students do."""
