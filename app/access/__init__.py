"""Users, their schools, their sessions and the ways in.

Owns who somebody is, which schools they work for and how long a session lasts. Must not know pages, cookies
or what a school may do: it hands on the facts, and whoever asks decides by the rules of schools and training.
"""
