"""Which rows exist for a viewer: the only place that says so."""
