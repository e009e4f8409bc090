"""Planning: from a selection to one SQL statement."""
