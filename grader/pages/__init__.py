"""The pages that people read: feedback for a student, a report for the instructor."""
