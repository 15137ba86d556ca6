"""What a teacher downloads or collects, and whose it is."""
