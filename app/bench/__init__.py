"""Measuring the service: counts, bytes, and ratios between two things measured in the same run (PRF-20).

Owns: the scratch databases, the ways to measure, the metrics and their bars, and the command.
Must not know how the application is wired: that is handed in. Nothing in the service knows it.
"""
