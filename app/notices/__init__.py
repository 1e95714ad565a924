"""Emails: what may be said, to whom, and getting each one out exactly once.

Owns the catalogue of messages, the outbox, who receives school mail, and delivery through a sender. Must not
know when a message is due or why: operations and jobs queue it, in the transaction of what causes it.
"""
