"""Reference data and the school register: files that others made, read, checked, and loaded whole or not at all.

Owns the formats of both, their error lines, the runs, and the data set shipped with the service.
Must not know pages, journeys or how the files were fetched; whoever calls opens the database and names the actor.
"""
