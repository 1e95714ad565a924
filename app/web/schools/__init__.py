"""Pages of the school user."""
