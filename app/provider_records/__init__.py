"""What lead providers are shown: resources kept ready, their stamps, the feed of changes, repeats of requests.

Owns reading them; the database keeps them itself, at the end of each transaction that touched a fact behind them.
Must not know who asks or how answers travel; knows no rule by which facts may change.
"""
