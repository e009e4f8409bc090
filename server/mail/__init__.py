"""Who is told of what, in which words, and how does it reach them?

`topics.py` says who gets which e-mail on which event, `templates.py` what it says; one layout holds them all.
"""
