"""Templates written out at compile time: what is included and each component is put in where it is used.

A call of a macro costs about as much as the markup it makes, and most are called with words that never change. So
a template stays as short as it reads, and its program is as quick as one written by hand. Owns nothing but this way
from the text of a template to its program; it must not know what any template says.
"""
