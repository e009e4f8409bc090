"""The partner programme: what staff do."""
