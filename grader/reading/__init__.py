"""What a student wrote: words, numbers, templates and code, read into values and never run."""
