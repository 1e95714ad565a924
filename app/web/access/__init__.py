"""The pages of getting in by email: asking for access, naming somebody, signing in, one's own details."""
