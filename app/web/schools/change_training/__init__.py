"""Changing an ECT's or a mentor's lead provider, and an ECT's training programme (journeys section 7)."""
