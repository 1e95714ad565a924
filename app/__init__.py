"""Register early career teachers."""
