"""Registration: ECTs and mentors at schools, who mentors whom, and what ends or undoes that.

It owns stays and mentorships, and every operation that reaches across schools, training and access.
It must not know about pages, drafts' answers or how an outside system is asked.
"""
