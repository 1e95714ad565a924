"""The dates of a school, as a page and as a calendar feed.

Owns which dates there are, who reads them by a secret address, and what each feed last said. Must not know how a
calendar is written.
"""
