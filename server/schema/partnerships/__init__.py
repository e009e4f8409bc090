"""Partnerships: proposals, answers, access types, product accesses, terminations, assignments, notes, receipts."""
