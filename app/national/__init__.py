"""Invented data at the size of the country: schools, people, their training and what happened (REF-7).

Owns: what is generated, the files of it, its bulk load and the check of what must always hold.
Must not know web, API or jobs, nor who uses the data. Nothing of it runs in production.
"""
