"""Why: the programme's rules, as pure functions over values.

Nothing here reads a database, a request or a clock; what a rule needs is an argument.
Numbers in docstrings (R8, E3, C2, S1.3a) are those of docs/programme.md.
"""
