"""The server's log, read by a test."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest

from server.logs import set_up_logs

Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def capture_logs(level: str = "INFO") -> Iterator[Lines]:
    """Gives the lines written to the log since it was last asked.

    As the server writes them: a logger that has written before is kept, and `structlog.testing` does not hear it.
    """
    root = logging.getLogger()
    handlers, written = root.handlers[:], StringIO()
    set_up_logs(level)
    for handler in root.handlers:
        handler.setStream(written)

    def lines() -> list[dict[str, Any]]:
        text = written.getvalue()
        written.seek(0)
        written.truncate()
        return [json.loads(line) for line in text.splitlines()]

    try:
        yield lines
    finally:
        set_up_logs("ERROR")
        root.handlers[:] = handlers


@pytest.fixture(params=["DEBUG", "INFO"])
def log(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """The lines written to the log since it was last asked, at the two most talkative levels."""
    with capture_logs(request.param) as lines:
        yield lines
