"""The work budget of resolvers for one operation, so that nobody else waits for long."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from server.domain.errors import LimitExceeded

COST_OF_LOADING: Final = 2
COST_OF_A_ROW: Final = 10
COST_OF_A_RESOLVER: Final = 8
"""The cost of a row that is loaded, of one that is returned, and of a field with a function. A column costs 1."""
MAX_WORK: Final = 10_000
"""How much resolvers do for an operation that is not one statement: each unit takes about ten microseconds of the
event loop. The engine, which answers nearly every operation, needs a hundredth of that.
"""


@dataclass
class Work:
    """The resolvers' work in one request so far, and what they are about to load."""

    most: int = MAX_WORK
    _done: int = 0
    _loading: int = 0

    def hand_out(self, rows: int, cost_of_fields: int) -> None:
        """Count returned rows, each with the cost of its fields. Raises LimitExceeded before the budget is exceeded."""
        cost = rows * (COST_OF_A_ROW + cost_of_fields)
        self._check(cost)
        self._done += cost

    @contextmanager
    def loading(self, rows: int) -> Generator[None]:
        """Reserve the budget while at most this many rows are loaded. Raises LimitExceeded before loading."""
        cost = rows * COST_OF_LOADING
        self._check(cost)
        self._loading += cost
        try:
            yield
        finally:
            self._loading -= cost

    def _check(self, cost: int) -> None:
        if self._done + self._loading + cost > self.most:
            raise LimitExceeded(
                "This document cannot be answered in one statement, and is too large to be answered in any other way. "
                "Ask for smaller pages."
            )
