"""Demo data: an invented world in which every journey can be walked, and the command that starts it.

Owns the invented schools, providers, bodies, people and personas, built around one day, and loading
them. Must not know any page. Nothing here is ever loaded in production.
"""
