"""Changing what is registered: names, addresses, patterns, bodies and training."""
