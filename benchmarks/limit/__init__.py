"""What is the most that any server could do? Hand-written SQL whose text is the answer, and a bare function."""
