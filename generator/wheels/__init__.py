"""The wheels that students install: paribus with `paribus check`, and the library of a course."""
