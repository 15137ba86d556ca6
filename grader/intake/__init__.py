"""What a teacher downloads from Moodle, and whose it is."""
