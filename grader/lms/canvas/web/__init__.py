"""Canvas by its web services: submissions, people and dates in; grades, comments and feedback files back."""
