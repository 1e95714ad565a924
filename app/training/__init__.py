"""Training: contract periods, schedules, who provides training for whom, and what becomes of it.

It owns the rules and changes of training periods and partnerships, for ECTs and mentors alike.
It must not know about registration journeys, pages or the shape of the JSON API.
"""
