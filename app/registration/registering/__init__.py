"""Registering an ECT or a mentor: from when they may start, what one confirmation writes and who is told."""
