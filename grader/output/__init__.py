"""The folder that a class is graded into: who holds it, what its files are called, what was written there before."""
