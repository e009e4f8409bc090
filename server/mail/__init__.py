"""E-mails: who is notified of what, in which words, and how it reaches them.

Each wing has a file that says who gets which e-mail on which event, and what it says; `topics.py` joins them. All
e-mails share one layout.
"""
