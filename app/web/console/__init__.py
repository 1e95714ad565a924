"""The support console: pages for staff."""
