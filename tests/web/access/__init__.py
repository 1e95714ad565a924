"""Getting in by email."""
