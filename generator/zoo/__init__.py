"""Blind zoos: recipes in; models, proof that they teach, and a folder for students that tells nothing else."""
