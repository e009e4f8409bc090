"""Logging: lines of JSON, with the request's id and without secrets."""

import logging
import re
import sys
from typing import Any, Final

import structlog
from structlog.typing import EventDict, WrappedLogger

# API tokens; links to files; credentials in addresses; query strings, which uvicorn logs for WebSockets.
_SECRETS: Final = re.compile(
    r"""
      rsl_pat_[0-9A-Za-z]+
    | (?<=/exports/) [\w-]+
    | (?<=://) [^/:\s"'\\]* : [^/\s"'\\]* (?=@)
    | (?<=\?) [^?=\s"'\\]+ = [^\s"'\\]*
    """,
    re.VERBOSE,
)
_HIDDEN: Final = "[hidden]"


def set_up_logs(level: str) -> None:
    """Send structlog's lines and those of the standard library through one formatter to stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _as_json,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    _choose_levels(level)


def _choose_levels(level: str) -> None:
    """Set the levels. DEBUG is only for our own lines: those of libraries contain headers and statements' values."""
    logging.getLogger("server").setLevel(level)
    logging.getLogger().setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))
    for chatty in ("uvicorn.access", "asyncio", "aiosqlite", "tortoise", "strawberry.execution"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _as_json(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """One line of JSON. Secrets are hidden anywhere in it."""
    line = structlog.processors.JSONRenderer()(logger, method, event)
    return _SECRETS.sub(_HIDDEN, line if isinstance(line, str) else line.decode())
