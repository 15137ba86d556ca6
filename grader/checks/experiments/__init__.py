"""Controlled experiments: one change, all else equal, a prediction first, no number and no claim too many."""
