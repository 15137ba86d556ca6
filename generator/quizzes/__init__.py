"""Quizzes: questions in TOML whose numbers are drawn, measured or computed, for Moodle and for paper."""
