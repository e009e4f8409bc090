"""Sending of a batch of e-mails over a few connections at once.

All e-mails to one address use one connection, in the given order. Each outcome is reported as soon as it is known,
together with those known by then. The connections wait while nobody collects outcomes.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from server.mail.delivery import Interrupted, Line, Lines, NotReached, Patience, PermanentlyRefused
from server.mail.messages import Unwritable, message
from server.models import EmailMessage
from server.settings import Settings

SECONDS_IN_HAND: Final = 60
"""How long after its claim an e-mail may still be started. Sending takes at most a minute."""
_MAX_UNTOLD: Final = 16
"""The most e-mails that are sent but not recorded. They are sent again if the worker dies now."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """The outcome of an e-mail: sent, or why not. Interrupted means not tried, or not to the end."""

    email: EmailMessage
    failure: Exception | None = None


_Outcomes = asyncio.Queue[Outcome | BaseException]


class Sender:
    """The connections, the settings for writing e-mails, and how long to wait."""

    def __init__(self, settings: Settings, patience: Patience) -> None:
        self._settings = settings
        self._patience = patience
        self._lines = Lines(settings, patience)

    async def send(self, emails: Sequence[EmailMessage], now: datetime) -> AsyncGenerator[list[Outcome]]:
        """Send the e-mails. Yields every outcome once, those known at the same time together."""
        by_line = defaultdict[int, list[EmailMessage]](list)
        for email in emails:
            by_line[self._lines.place(email.address)].append(email)
        outcomes, until = _Outcomes(_MAX_UNTOLD), asyncio.get_running_loop().time() + SECONDS_IN_HAND
        lanes = [
            asyncio.create_task(self._send_in_turn(self._lines[place], turn, now, until, outcomes))
            for place, turn in by_line.items()
        ]
        try:
            left = len(emails)
            while left:
                known = _known([await outcomes.get(), *_waiting(outcomes)])
                left -= len(known)
                yield known
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def close(self) -> None:
        await self._lines.close()

    async def _send_in_turn(
        self, line: Line, emails: Sequence[EmailMessage], now: datetime, until: float, outcomes: _Outcomes
    ) -> None:
        """Send one after the other. If the server cannot be reached or the time is up, the rest is not tried."""
        rest: Exception | None = None
        try:
            for email in emails:
                if self._patience.is_ending or asyncio.get_running_loop().time() >= until:
                    rest = rest or Interrupted()
                failure = rest or await self._try(line, email, now)
                if isinstance(failure, NotReached | Interrupted):
                    rest = failure
                await outcomes.put(Outcome(email, failure))
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            await outcomes.put(error)
            raise

    async def _try(self, line: Line, email: EmailMessage, now: datetime) -> Exception | None:
        try:
            await line.send(message(email, self._settings, now))
        except Unwritable as error:
            return PermanentlyRefused(str(error))
        except Exception as error:  # noqa: BLE001 - one e-mail keeps no other waiting
            return error
        return None


def _waiting(outcomes: _Outcomes) -> Iterable[Outcome | BaseException]:
    with suppress(asyncio.QueueEmpty):
        while True:
            yield outcomes.get_nowait()


def _known(outcomes: Iterable[Outcome | BaseException]) -> list[Outcome]:
    found = list[Outcome]()
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        found.append(outcome)
    return found
