"""Reporting that somebody leaves, changing or withdrawing that, and removing what was a mistake."""
