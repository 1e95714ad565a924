"""Servers that speak the wire contracts of the outside systems, for demo, development and tests.

They own their data files, their faults and their record of what was asked, and listen on loopback only.
They must not know the adapters, the domain or the demo data: what they serve is handed to them.
"""
