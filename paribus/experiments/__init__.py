"""Controlled experiments, sweeps, ablations and comparisons, built on what a notebook records."""
