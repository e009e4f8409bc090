"""Support: temporary access of support staff to a person's own mail or drive."""
