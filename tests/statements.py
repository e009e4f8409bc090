"""How many SQL statements does an operation take?"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_collecting: ContextVar[bool] = ContextVar("collecting", default=False)
"""Set in the task that counts and those it starts, and not in a worker beside it."""


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if _collecting.get():
            self.statements.append(str(record.args[0]) if record.args else record.getMessage())


@contextmanager
def counted(name: str = "tortoise.db_client") -> Iterator[list[str]]:
    """Collects the statements that are logged by this name meanwhile: Tortoise's, or the engine's own."""
    log = logging.getLogger(name)
    level, propagate, collector = log.level, log.propagate, _Collector()
    token = _collecting.set(True)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(collector)
    try:
        yield collector.statements
    finally:
        _collecting.reset(token)
        log.removeHandler(collector)
        log.setLevel(level)
        log.propagate = propagate
