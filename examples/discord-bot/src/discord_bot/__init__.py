"""A small Discord bot: quotes from a data file, notes and reminders in a database."""
