"""What is about answers needs no costly passwords: tests/security and the matrix hash them as the server does."""

import pytest


@pytest.fixture(autouse=True)
def hashed_in_no_time(cheap_passwords: None) -> None:
    """Every password that a test sets or tries."""
