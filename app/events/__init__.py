"""The audit trail.

Owns the shape of an event, the chain that shows tampering, and reading a record's history.
Must not know how anything is decided; operations tell it what they did. Written in their transaction.
"""
