"""Kaggle."""
