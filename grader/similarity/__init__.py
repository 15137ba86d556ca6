"""Who resembles whom: what is kept of a submission to compare it, and the class held against itself."""
