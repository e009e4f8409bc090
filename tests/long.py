"""What is left to `make test-long`, which sets LONG=1: tests that are long, and the long form of others.

`@pytest.mark.long` is for a test that only `make test-long` runs. `@pytest.mark.scaled` is for a test that runs in
both, and does more there: `DOCUMENTS = amount(250, long=20_000)`.
"""

import os
from typing import TypeVar

T = TypeVar("T")

LONG = os.environ.get("LONG") == "1"


def amount(usual: T, *, long: T) -> T:
    """How much a test does: as usual, or in its long form."""
    return long if LONG else usual
