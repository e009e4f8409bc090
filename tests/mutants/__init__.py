"""Mutants: deliberate faults in the code, each of which a test has to notice. `make mutants` tries them."""
