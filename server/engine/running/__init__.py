"""From a statement to an answer: connections, the bytes of the database, null propagation."""
