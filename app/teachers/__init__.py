"""The person: TRN, names, what the teaching record says of them, and whether they may be registered.

It owns the port to the Teaching Record System, the snapshot a draft keeps of its answer, and the
pure decisions made from it; one date of birth or National Insurance number lives for one request.
It must not know schools, users, training or how the record is fetched: HTTP is the adapter's.
"""
