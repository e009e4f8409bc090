"""The settings as a command reads them: mistakes are reported in one line, and unknown names are pointed out.

A message never has the value of a setting, because it may be a password or contain one.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import structlog
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from server.cli.failures import WrongUsage
from server.logs import set_up_logs
from server.settings import Settings

_PREFIX: Final = "RESELLER_"
_FILE: Final = ".env"
_ASSIGNMENT: Final = re.compile(r"^\s*(?:export\s+)?(\w+)\s*=", re.MULTILINE)
_NAMES: Final = tuple(f"{_PREFIX}{name.upper()}" for name in Settings.model_fields)
_OF_SCRIPTS: Final = frozenset({"RESELLER_NO_UV"})
"""What `scripts/setup` reads, which is not a setting of the server."""


def read_settings(*, is_logged: bool = False, **chosen: object) -> Settings:
    """The settings. The command line takes precedence over the environment.

    Unknown names are reported: on stderr, or in the log if `is_logged`.
    """
    settings = choose_settings(**chosen)
    unknown = list(_unknown_names())
    if is_logged:
        set_up_logs(settings.log_level)
        _log_unknown(unknown)
    else:
        _print_unknown(unknown)
    return settings


def choose_settings(**chosen: object) -> Settings:
    """The settings, with these put into the environment, from which other server processes read theirs."""
    for name, value in chosen.items():
        if value is not None:
            os.environ[f"{_PREFIX}{name.upper()}"] = str(value)
    try:
        return Settings()
    except ValidationError as error:
        mistakes = map(_describe_mistake, error.errors())
        raise WrongUsage(" ".join(mistakes)) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not written in UTF-8"
        raise WrongUsage(f"The file {_FILE} in the working directory cannot be read: {reason}.") from error


def _describe_mistake(mistake: ErrorDetails) -> str:
    return f"{_PREFIX}{str(mistake['loc'][0]).upper()}: {mistake['msg'].removeprefix('Value error, ')}."


def _unknown_names() -> Iterator[str]:
    """The names that look like settings of ours, and are not."""
    known = _OF_SCRIPTS.union(_NAMES)
    given = {name.upper() for name in (*os.environ, *_names_in_file()) if name.upper().startswith(_PREFIX)}
    return iter(sorted(given - known))


def _names_in_file() -> list[str]:
    file = Path(_FILE)
    return _ASSIGNMENT.findall(file.read_text("utf-8")) if file.is_file() else []


def _log_unknown(names: Iterable[str]) -> None:
    log = structlog.get_logger("server.settings")
    for name in names:
        log.warning("unknown_setting", name=name, nearest=_nearest(name))


def _print_unknown(names: Iterable[str]) -> None:
    for name in names:
        nearest = _nearest(name)
        hint = f" Did you mean {nearest}?" if nearest else ""
        print(f"There is no setting {name}, so it has no effect.{hint}", file=sys.stderr)


def _nearest(name: str) -> str | None:
    return next(iter(get_close_matches(name, _NAMES, 1)), None)
