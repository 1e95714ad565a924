"""Faults: real processes, a real database server, signals."""
