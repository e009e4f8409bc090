"""E-mails: who is notified of what, in which words, and how it reaches them.

`topics.py` says who gets which e-mail on which event, and `templates.py` what it says. They share one layout.
"""
