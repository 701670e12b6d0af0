"""Scores rows of a table with a model."""
