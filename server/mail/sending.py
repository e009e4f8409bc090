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

from server.mail.delivery import Interrupted, NotReached, PermanentlyRefused, SmtpConnection, SmtpConnections, TimeLimit
from server.mail.messages import Unwritable, build_message
from server.models import EmailMessage
from server.settings import Settings

SECONDS_TO_START: Final = 60
"""How long after its claim an e-mail may still be started. Sending takes at most a minute."""
_MAX_UNRECORDED: Final = 16
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

    def __init__(self, settings: Settings, time_limit: TimeLimit) -> None:
        self._settings = settings
        self._time_limit = time_limit
        self._lines = SmtpConnections(settings, time_limit)

    async def send(self, emails: Sequence[EmailMessage], now: datetime) -> AsyncGenerator[list[Outcome]]:
        """Send the e-mails. Yields every outcome once, those known at the same time together."""
        by_line = defaultdict[int, list[EmailMessage]](list)
        for email in emails:
            by_line[self._lines.index_of(email.address)].append(email)
        outcomes, until = _Outcomes(_MAX_UNRECORDED), asyncio.get_running_loop().time() + SECONDS_TO_START
        lanes = [
            asyncio.create_task(self._send_in_turn(self._lines[place], turn, now, until, outcomes))
            for place, turn in by_line.items()
        ]
        try:
            left = len(emails)
            while left:
                known = _collect_outcomes([await outcomes.get(), *_drain(outcomes)])
                left -= len(known)
                yield known
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def close(self) -> None:
        await self._lines.close()

    async def _send_in_turn(
        self, line: SmtpConnection, emails: Sequence[EmailMessage], now: datetime, until: float, outcomes: _Outcomes
    ) -> None:
        """Send one after the other. If the server cannot be reached or the time is up, the rest is not tried."""
        rest: Exception | None = None
        try:
            for email in emails:
                if self._time_limit.is_ending or asyncio.get_running_loop().time() >= until:
                    rest = rest or Interrupted()
                failure = rest or await self._send_one(line, email, now)
                if isinstance(failure, NotReached | Interrupted):
                    rest = failure
                await outcomes.put(Outcome(email, failure))
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            await outcomes.put(error)
            raise

    async def _send_one(self, line: SmtpConnection, email: EmailMessage, now: datetime) -> Exception | None:
        try:
            await line.send(build_message(email, self._settings, now))
        except Unwritable as error:
            return PermanentlyRefused(str(error))
        except Exception as error:  # noqa: BLE001 - one e-mail keeps no other waiting
            return error
        return None


def _drain(outcomes: _Outcomes) -> Iterable[Outcome | BaseException]:
    with suppress(asyncio.QueueEmpty):
        while True:
            yield outcomes.get_nowait()


def _collect_outcomes(outcomes: Iterable[Outcome | BaseException]) -> list[Outcome]:
    found = list[Outcome]()
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        found.append(outcome)
    return found
