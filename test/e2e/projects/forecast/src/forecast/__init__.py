"""Small models behind one function."""
