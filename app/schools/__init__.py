"""Schools as the register knows them, their level of use, their contacts and their answers for a year.

It decides what a school may do from the facts of the register and from what staff decided, for a given day.
It must not know stays, training, drafts or pages: whoever asks passes such facts in.
"""
