"""Journeys that change details of an ECT or mentor, and the appropriate body of several ECTs (journeys section 7)."""
