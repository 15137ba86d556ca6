"""Mutation testing for an assignment: honest work and planted faults, really executed, graded, and looked at."""
