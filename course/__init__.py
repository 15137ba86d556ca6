"""What an instructor writes, and the model of a course."""
