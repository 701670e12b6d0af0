"""A chat bot."""
