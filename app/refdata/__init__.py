"""Reference data and the school register: reading files that others made, checking them, loading them whole or not at all.

Owns the formats of both, their error lines, the runs, and the data set shipped with the service.
Must not know pages, journeys or how the files were fetched; whoever calls opens the database and names the actor.
"""
