"""Visibility: row policies, the only place that says which rows a viewer sees."""
