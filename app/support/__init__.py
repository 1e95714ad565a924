"""What people write to support, and what they think of the service.

Owns queries and feedback. Must not know pages or which stay a query is about beyond its id.
"""
