"""Assigning mentors: from the ECT's side and from the mentor's (journeys, section 6)."""
