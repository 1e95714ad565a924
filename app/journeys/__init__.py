"""The journey engine.

Owns what a question, an exit and a walk are, and the usual kinds of question. Must not know any
journey, page, database or rule: a journey is a function that is handed `ask` and the facts.
"""
