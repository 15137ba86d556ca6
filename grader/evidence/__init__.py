"""What the records show, and what a student says of them, held against one another."""
