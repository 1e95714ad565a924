"""What lead providers are shown: resources kept ready, their stamps, the feed of changes, repeats of requests.

Owns reading them; the database keeps them itself, at the end of each transaction that touched a fact behind them.
What each resource shows, and which facts move it, is said in SQL: `participant_documents` and its like, in migrations
0069 to 0072; docs/architecture.md, "What lead providers are shown", leads to each.
Must not know who asks or how answers travel; knows no rule by which facts may change.
"""
