"""Moodle by files: its names, its grading worksheet, and what it takes back."""
