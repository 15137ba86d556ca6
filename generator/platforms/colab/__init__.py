"""Colab."""
