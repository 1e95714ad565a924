"""The support console's own reads: finding people and schools, everything about one of them, and what staff looked at.

It owns searches across all schools, timelines with every author, and the note of who looked at whom. What it changes
it changes through the operations of those who own the facts. It must not know about pages, sessions or forms.
"""
