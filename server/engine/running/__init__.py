"""Running: from a statement to an answer, with connections, substitution and null propagation."""
