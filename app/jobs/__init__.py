"""Work that no page waits for: the queue's worker, and what is due by the clock.

Owns the list of periodic jobs, reminders of drafts, and clearing away what is kept for a time only. Must not know
the web: `cli` and `asgi` hand in the sender of mail.
"""
