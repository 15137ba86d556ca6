"""The folder that a class is graded into: who holds it, how its files are named, what was written before."""
