"""Pages: what a browser asks for and what it is shown.

Owns handlers, layouts' data, sessions and form protection. It decides nothing about early career teachers:
it reads through queries, changes through operations, and turns refusals into pages.
"""
