"""The lead provider API: what programs of lead providers read and tell.

It owns addresses, parameters, bodies, answers and the published document of version 3. It holds no rule of its own:
what happens is decided by the operations that the pages call too. It must not know pages, sessions or forms.
"""
