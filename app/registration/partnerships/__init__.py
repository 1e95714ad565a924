"""What a school sees of its partnerships, and who in them depends on it."""
