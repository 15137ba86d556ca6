"""Submissions come in as bytes and leave as verdicts, grades and feedback."""
