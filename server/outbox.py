"""The outbox: turns announced events into e-mails, and sends each e-mail once.

There are two steps, each for a batch that one worker at a time has claimed. First, events become e-mails, one for each
recipient: an event entirely, or not at all. Other work that an event needs is done before that, and no other event
waits for it. Then, e-mails are sent over a few connections, outside any transaction, and recorded as sent together with
those sent at the same time.

A worker that dies loses nothing, because its claim expires. Only the worker that claimed a row last records the
outcome, by the number of the attempt. An e-mail is sent twice, with the same Message-ID, only if a worker dies between
the mail server's answer and its record, or the database is unavailable for longer than recording is retried.

E-mails to one address are sent in the order in which they were announced. Nothing waits for an e-mail that was deferred
or that another worker is sending.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, TypeVar
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from server.domain.errors import Unavailable
from server.domain.events import Topic
from server.mail.delivery import Interrupted, NotDelivered, PermanentlyRefused, SenderRefused, TimeLimit
from server.mail.events import Variables
from server.mail.expansion import Expanded, expand, in_parts
from server.mail.sending import Outcome, Sender
from server.mail.undeliverable import clear_undeliverable, mark_undeliverable
from server.models import EmailMessage, Export, OutboxMessage
from server.models.claims import claim, give_back, record_outcome
from server.models.database import UNREACHABLE
from server.models.outbox import Queued
from server.models.sqlite import DatabaseLocked
from server.resolvers import ids
from server.resolvers.context import Context
from server.resolvers.oversight import export_files
from server.settings import Settings

CLAIM: Final = timedelta(minutes=5)
"""How long a claim lasts: longer than sending a batch, or writing the longest file, may take."""
MAX_EVENTS: Final = 50
MAX_EMAILS: Final = 100
_PAUSE_GROWS: Final = 3
_MAX_ERROR_CHARACTERS: Final = 500
SECONDS_TO_RECORD: Final = 150
"""How long to retry recording what was sent, within the claim. E-mails that are not recorded are sent again."""
_SECONDS_TO_RECORD_AT_THE_END: Final = 5
_PAUSE_BETWEEN_RECORDS: Final = 1

_MAX_IDS: Final = 5
"""The most ids in a line of the log."""
REFUSED_SENDER: Final = "The mail server refuses every e-mail from this server, no matter who it is for"

RowT = TypeVar("RowT", bound=Queued)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EventWork:
    """The work that an event needs in addition to e-mails. It may run again: `do` checks what is already done.

    `give_up` records that it will not be done.
    """

    do: Callable[[Context, UUID], Awaitable[None]]
    give_up: Callable[[Context, UUID], Awaitable[None]]


EVENT_WORK: Final[Mapping[str, EventWork]] = {
    Topic.EXPORT_REQUESTED: EventWork(export_files.write, export_files.give_up)
}
"""By topic. The subject of such an event is an export."""
_NEEDS_WORK: Final = Q(topic__in=sorted(EVENT_WORK))


@dataclass(frozen=True)
class Outbox:
    """The steps, and their settings. `now` is the time of a step.

    `time_limit` is notified when the worker has to stop. Connections are closed after each step, unless they are kept
    for the next one until `close`.
    """

    settings: Settings
    time_limit: TimeLimit = field(default_factory=TimeLimit)
    keeps_connections: bool = False

    async def expand_next(self, now: datetime) -> int:
        """Turn the next events without other work into e-mails, at most `MAX_EVENTS`. Returns how many there were."""
        messages = await claim(OutboxMessage, now, now + CLAIM, MAX_EVENTS, ~_NEEDS_WORK)
        await self._expand(await self._without_hopeless(messages, now), now)
        return len(messages)

    async def work_next(self, now: datetime) -> bool:
        """Do the next event's other work, which may take minutes. False if there is none."""
        messages = await claim(OutboxMessage, now, now + CLAIM, 1, _NEEDS_WORK)
        for message in await self._without_hopeless(messages, now):
            try:
                await EVENT_WORK[message.topic].do(*self._work_arguments(message, now))
            except Unavailable:
                raise  # the claim runs out
            except Exception as error:  # noqa: BLE001 - one event keeps no other waiting
                await self._put_off_event(message, now, error)
            else:
                await self._expand([message], now)
        return bool(messages)

    async def send_next(self, now: datetime) -> int:
        """Send the next e-mails, at most `MAX_EMAILS`, or put them into the demo's mailbox.

        Returns how many there were, or None if there is no way to send.
        """
        if not self.settings.smtp_host and not self.settings.demo:
            return 0
        claimed = await claim(EmailMessage, now, now + CLAIM, MAX_EMAILS)
        emails = await self._without_hopeless(claimed, now)
        if not self.settings.smtp_host:
            await record_outcome(emails, sent_at=now)
        elif emails:
            await self._send(emails, now)
        return len(claimed)

    async def close(self) -> None:
        """Close the connections to the mail server when there is nothing to send."""
        await self._sender.close()

    @cached_property
    def _sender(self) -> Sender:
        return Sender(self.settings, self.time_limit)

    async def _without_hopeless(self, rows: Sequence[RowT], now: datetime) -> list[RowT]:
        """Park what was claimed as often as allowed by workers that never recorded an outcome."""
        most = self.settings.mail_attempts
        for row in rows:
            if row.attempts > most:
                await self._park(row, now, "The worker that was processing it did not finish.")
        return [row for row in rows if row.attempts <= most]

    async def _expand(self, messages: Sequence[OutboxMessage], now: datetime) -> None:
        expansion = await expand(messages, self.settings, now)
        expanded = [(message, expansion.emails[message.id]) for message in messages if message.id in expansion.emails]
        for part in in_parts(expanded):
            await self._store(part, now)
        for message in messages:
            if failure := expansion.failures.get(message.id):
                await self._put_off_event(message, now, failure)

    async def _store(self, expanded: Sequence[Expanded], now: datetime) -> None:
        """Store the e-mails of these events, and the events as done and without their secrets; all or nothing."""
        try:
            async with in_transaction():
                await EmailMessage.bulk_create([one for _, emails in expanded for one in emails], ignore_conflicts=True)
                await _record_expanded([message for message, _ in expanded], now)
        except Unavailable:
            raise  # the claim runs out
        except Exception as error:  # noqa: BLE001 - one event keeps no other waiting
            if len(expanded) == 1:
                await self._put_off_event(expanded[0][0], now, error)
            else:
                for one in expanded:
                    await self._store([one], now)

    def _work_arguments(self, message: OutboxMessage, now: datetime) -> tuple[Context, UUID]:
        """The context of the event's request, with nobody signed in, and the row that it is about."""
        context = Context(None, now, message.payload["requestId"], self.settings)
        return context, ids.decode(message.payload["subject"], Export)

    async def _send(self, emails: Sequence[EmailMessage], now: datetime) -> None:
        refused = list[SenderRefused]()
        try:
            async with aclosing(self._sender.send(emails, now)) as sending:
                async for outcomes in sending:
                    refused += [one.failure for one in outcomes if isinstance(one.failure, SenderRefused)]
                    await self._record_outcomes(outcomes, now)
        finally:
            _log_refused_sender(refused)
            if not self.keeps_connections:
                await self.close()

    async def _record_outcomes(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        if sent := [one.email for one in outcomes if one.failure is None]:
            await self._record_sent(sent, now)
        await give_back([one.email for one in outcomes if isinstance(one.failure, Interrupted)])
        put_off = defaultdict[str, list[EmailMessage]](list)
        for email, failure in ((one.email, one.failure) for one in outcomes if one.failure is not None):
            if isinstance(failure, PermanentlyRefused):
                await self._give_up(email, now, str(failure))
            elif isinstance(failure, NotDelivered):
                put_off[_reason(failure)].append(email)
            elif not isinstance(failure, Interrupted):
                _log.error("email_not_written", email_id=str(email.id), template=email.template, exc_info=failure)
                put_off[repr(failure)].append(email)
        for why, alike in put_off.items():
            await self._put_off(alike, now, why)

    async def _record_sent(self, emails: Sequence[EmailMessage], now: datetime) -> None:
        """Record what was sent. Retries while the database is unavailable and no other worker can claim these."""
        clock = asyncio.get_running_loop().time
        since = clock()
        while True:
            try:
                await _record_sent(emails, now)
            except (*UNREACHABLE, DatabaseLocked):
                longest = _SECONDS_TO_RECORD_AT_THE_END if self.time_limit.is_ending else SECONDS_TO_RECORD
                if clock() - since >= longest:
                    raise
                await asyncio.sleep(_PAUSE_BETWEEN_RECORDS)
            else:
                return

    async def _give_up(self, email: EmailMessage, now: datetime, why: str) -> None:
        """Park permanently refused e-mails, and mark an invitation undeliverable if this was its last (E41)."""
        async with in_transaction():
            if await self._park(email, now, why):
                await mark_undeliverable(email, now)

    async def _put_off_event(self, message: OutboxMessage, now: datetime, error: Exception) -> None:
        _log.error("event_not_expanded", event_id=str(message.id), topic=message.topic, exc_info=error)
        await self._put_off([message], now, repr(error))

    async def _put_off(self, rows: Sequence[Queued], now: datetime, why: str) -> None:
        """Retry these after a growing pause. Park those that were tried as often as allowed."""
        later = [row for row in rows if row.attempts < self.settings.mail_attempts]
        for attempts in {row.attempts for row in later}:
            pause = timedelta(seconds=self.settings.mail_pause_seconds * _PAUSE_GROWS ** (attempts - 1))
            alike = [row for row in later if row.attempts == attempts]
            await record_outcome(alike, run_after=now + pause, last_error=why[:_MAX_ERROR_CHARACTERS])
        for row in rows:
            if row.attempts >= self.settings.mail_attempts:
                await self._park(row, now, why)
        if later:
            kind, ids = type(later[0]).__name__, [str(row.id) for row in later[:_MAX_IDS]]
            _log.warning("outbox_put_off", number=len(later), kind=kind, first=ids, why=why)

    async def _park(self, row: Queued, now: datetime, why: str) -> bool:
        """Park an event until someone retries it, and record its other work as given up: both, or neither."""
        forgotten = {"variables": _without_link(row.variables)} if isinstance(row, EmailMessage) else {}
        async with in_transaction():
            noted = await record_outcome([row], dead_at=now, last_error=why[:_MAX_ERROR_CHARACTERS], **forgotten)
            if noted and isinstance(row, OutboxMessage) and (work := EVENT_WORK.get(row.topic)):
                await work.give_up(*self._work_arguments(row, now))
        _log.error("outbox_parked", id=str(row.id), kind=type(row).__name__, attempts=row.attempts, why=why)
        return bool(noted)


async def retry_parked(row: Queued, now: datetime) -> None:
    """Retry a parked event or e-mail."""
    async with in_transaction():
        await type(row).filter(id=row.id, dead_at__isnull=False).update(dead_at=None, attempts=0, run_after=now)
        if isinstance(row, EmailMessage):
            await clear_undeliverable(row)


def has_lost_its_link(row: Queued) -> bool:
    """Whether it was an invitation whose secret has been deleted."""
    return isinstance(row, EmailMessage) and "link" in row.variables and row.variables["link"] is None


async def _record_expanded(messages: Sequence[OutboxMessage], now: datetime) -> None:
    await record_outcome([one for one in messages if "secret" not in one.payload], sent_at=now)
    for message in messages:
        if "secret" in message.payload:
            payload = {name: value for name, value in message.payload.items() if name != "secret"}
            await record_outcome([message], sent_at=now, payload=payload)


async def _record_sent(emails: Sequence[EmailMessage], now: datetime) -> None:
    """Record what was sent, and delete the links in it."""
    async with in_transaction():
        await record_outcome([one for one in emails if not one.variables.get("link")], sent_at=now, last_error=None)
        for email in emails:
            if email.variables.get("link"):
                await record_outcome([email], sent_at=now, last_error=None, variables=_without_link(email.variables))


def _log_refused_sender(refused: Sequence[SenderRefused]) -> None:
    """Log once for each batch what the mail server refuses for every recipient, because the operator has to fix it."""
    if refused:
        _log.error("mail_server_refuses", number=len(refused), why=str(refused[0]))


def _reason(failure: NotDelivered) -> str:
    """The stored reason of a failure. It says so if the operator has to fix it."""
    is_ours = isinstance(failure, SenderRefused)
    return f"{REFUSED_SENDER}: {failure}" if is_ours else str(failure)


def _without_link(variables: Variables) -> Variables:
    return variables | {"link": None} if "link" in variables else variables
