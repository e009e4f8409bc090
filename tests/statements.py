"""How many SQL statements does an operation take?"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

TORTOISE = "tortoise.db_client"
ENGINE = "server.engine.statements"
_collecting: ContextVar[bool] = ContextVar("collecting", default=False)
"""Set in the task that counts and those it starts, and not in a worker next to it."""


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if _collecting.get():
            self.statements.append(str(record.args[0]) if record.args else record.getMessage())


@contextmanager
def collect_statements(*names: str) -> Iterator[list[str]]:
    """Collects the statements that are logged by these names meanwhile: Tortoise's, unless another is said."""
    logs = [logging.getLogger(name) for name in names or (TORTOISE,)]
    before = [(log.level, log.propagate) for log in logs]
    collector, token = _Collector(), _collecting.set(True)
    for log in logs:
        log.setLevel(logging.DEBUG)
        log.propagate = False
        log.addHandler(collector)
    try:
        yield collector.statements
    finally:
        _collecting.reset(token)
        for log, (level, propagate) in zip(logs, before, strict=True):
            log.removeHandler(collector)
            log.setLevel(level)
            log.propagate = propagate
