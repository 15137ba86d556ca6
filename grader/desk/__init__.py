"""The desk: a local web page on which a person decides what grading left open, and a store that loses nothing."""
