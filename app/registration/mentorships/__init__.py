"""Who mentors whom: what the rules allow, what gives way, and assigning."""
