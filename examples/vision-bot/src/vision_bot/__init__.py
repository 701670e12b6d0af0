"""Watches a directory for pictures and writes down what is on them."""
