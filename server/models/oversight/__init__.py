"""Oversight: audit log, access review, explanations of rights, exports."""
