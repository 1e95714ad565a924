"""Users, sessions and the ways in."""
