"""Stored drafts.

Owns the draft row: starting, merging one page, matching, blocking, ending and erasing. Must not know
any journey: slugs and forms are plain text to it. Expiry and sharing follow rules section 7.
"""
