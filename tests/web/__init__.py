"""Pages, through the app."""
