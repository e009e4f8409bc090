"""How does what was announced reach people, each once?

Two steps, each in hand of one worker at a time. An event is turned into one e-mail for each recipient, in one
transaction; before that is done what it asks for beyond e-mails, for which no other event waits. An e-mail is claimed
in a transaction of its own, sent, and noted as sent: a worker that dies in between loses none, because the claim runs
out; and who claimed last alone says how it went, by the number of the attempt. Only where a worker dies after the mail
server took the e-mail, and before it could note that, is it sent again, under the same Message-ID.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from server.mail.audiences import Recipient
from server.mail.delivery import Interrupted, NotDelivered, Patience, RefusedForGood, deliver
from server.mail.events import Event, Variables, known, read
from server.mail.topics import INVITATION_LINK, LETTERS, Letter
from server.mail.undeliverable import begun_anew, refused_for_good
from server.models import EmailMessage, Export, OutboxMessage
from server.models.conditions import EVERY_ROW
from server.models.outbox import Queued
from server.resolvers import export_files, ids
from server.resolvers.context import Context
from server.settings import Settings

CLAIM: Final = timedelta(minutes=5)
"""How long a claim holds; longer than sending one e-mail, or writing the longest file, may take."""
_PAUSE_GROWS: Final = 3
_MOST_ERROR_CHARACTERS: Final = 500

RowT = TypeVar("RowT", bound=Queued)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Work:
    """What an event asks for beyond e-mails. It may be done again: `do` looks at what is done already.

    `give_up` notes that it will not be done.
    """

    do: Callable[[Context, UUID], Awaitable[None]]
    give_up: Callable[[Context, UUID], Awaitable[None]]


WORKS: Final[Mapping[str, Work]] = {"export.requested": Work(export_files.write, export_files.give_up)}
"""By topic. The subject of such an event is an export."""
_ASKS_FOR_WORK: Final = Q(topic__in=sorted(WORKS))


@dataclass(frozen=True)
class Outbox:
    """The steps, with the settings that they follow. `now` is the moment that a step is taken at.

    `patience` is told when whoever takes the steps is to end.
    """

    settings: Settings
    patience: Patience = field(default_factory=Patience)

    async def expand_next(self, now: datetime) -> bool:
        """Turn the next event that asks for no more into e-mails. False where there is none."""
        return await self._take(await _claimed(OutboxMessage, now, ~_ASKS_FOR_WORK), now)

    async def work_next(self, now: datetime) -> bool:
        """Do what the next event asks for beyond e-mails, which may take minutes. False where there is none."""
        return await self._take(await _claimed(OutboxMessage, now, _ASKS_FOR_WORK), now)

    async def _take(self, message: OutboxMessage | None, now: datetime) -> bool:
        if message is None:
            return False
        if not await self._has_failed_for_good(message, now):
            try:
                if work := WORKS.get(message.topic):
                    await work.do(*self._of(message, now))
                await self._expand(message, now)
            except Exception as error:  # noqa: BLE001 - one event keeps no other waiting
                _log.exception("event_not_expanded", event_id=str(message.id), topic=message.topic)
                await self._put_off(message, now, repr(error))
        return True

    async def send_next(self, now: datetime) -> bool:
        """Send the next e-mail, or put it into the demo's mailbox. False where there is none, or no way to send."""
        if not self.settings.smtp_host and not self.settings.demo:
            return False
        email = await _claimed(EmailMessage, now)
        if email is None:
            return False
        if not await self._has_failed_for_good(email, now):
            await (self._send(email, now) if self.settings.smtp_host else _note(email, sent_at=now))
        return True

    async def _has_failed_for_good(self, row: Queued, now: datetime) -> bool:
        """Park what was taken in hand as often as allowed, by workers who never said how it went."""
        if row.attempts <= self.settings.mail_attempts:
            return False
        await self._park(row, now, "Whoever had it in hand last did not come back.")
        return True

    async def _expand(self, message: OutboxMessage, now: datetime) -> None:
        """All the e-mails of the event, and the event as done with its secret forgotten, or nothing of it."""
        async with in_transaction():
            if letters := LETTERS.get(message.topic):
                event = await read(message)
                variables = known(event)
                for letter in letters:
                    await self._write(letter, event, variables, now)
            payload = {name: value for name, value in message.payload.items() if name != "secret"}
            await _note(message, sent_at=now, payload=payload)

    def _of(self, message: OutboxMessage, now: datetime) -> tuple[Context, UUID]:
        """The event's request, as an act of nobody who signed in, and the row that it is about."""
        context = Context(None, now, message.payload["requestId"], self.settings)
        return context, ids.decode(message.payload["subject"], Export)

    async def _write(self, letter: Letter, event: Event, variables: Variables, now: datetime) -> None:
        chosen = {name: variables.get(name) for name in letter.variables} | self._addresses(letter, variables)
        emails = [_email(letter, event, recipient, chosen, now) for recipient in await letter.recipients(event)]
        await EmailMessage.bulk_create(emails, ignore_conflicts=True)

    def _addresses(self, letter: Letter, variables: Variables) -> Variables:
        """Where the e-mail's button leads: to the page, and by the secret link where there is one."""
        pages = self.settings.pages
        addresses = {"page": pages + letter.path(variables)}
        if letter.answers_by_link and variables.get("secret"):
            addresses["link"] = pages + INVITATION_LINK.format_map(variables)
        return addresses

    async def _send(self, email: EmailMessage, now: datetime) -> None:
        try:
            await deliver(email, self.settings, now, self.patience)
        except Interrupted:
            await _give_back(email, now)
        except RefusedForGood as error:
            await self._give_up(email, now, str(error))
        except NotDelivered as error:
            await self._put_off(email, now, str(error))
        except Exception as error:  # noqa: BLE001 - one e-mail keeps no other waiting
            _log.exception("email_not_written", email_id=str(email.id), template=email.template)
            await self._put_off(email, now, repr(error))
        else:
            await _note(email, sent_at=now, last_error=None, variables=_without_link(email.variables))

    async def _give_up(self, email: EmailMessage, now: datetime, why: str) -> None:
        """Park what is refused for good, and with it the invitation that it was the last hope of (E41)."""
        async with in_transaction():
            if await self._park(email, now, why):
                await refused_for_good(email, now)

    async def _put_off(self, row: Queued, now: datetime, why: str) -> None:
        if row.attempts >= self.settings.mail_attempts:
            await self._park(row, now, why)
            return
        pause = timedelta(seconds=self.settings.mail_pause_seconds * _PAUSE_GROWS ** (row.attempts - 1))
        await _note(row, run_after=now + pause, last_error=why[:_MOST_ERROR_CHARACTERS])
        _log.warning("outbox_put_off", id=str(row.id), kind=type(row).__name__, attempts=row.attempts, why=why)

    async def _park(self, row: Queued, now: datetime, why: str) -> bool:
        """Leave it until somebody begins it anew, and what was to be done as given up: both, or neither."""
        forgotten = {"variables": _without_link(row.variables)} if isinstance(row, EmailMessage) else {}
        async with in_transaction():
            noted = await _note(row, dead_at=now, last_error=why[:_MOST_ERROR_CHARACTERS], **forgotten)
            if noted and isinstance(row, OutboxMessage) and (work := WORKS.get(row.topic)):
                await work.give_up(*self._of(row, now))
        _log.error("outbox_parked", id=str(row.id), kind=type(row).__name__, attempts=row.attempts, why=why)
        return noted


async def retry(row: Queued, now: datetime) -> None:
    """Begin anew with what was parked."""
    async with in_transaction():
        await type(row).filter(id=row.id, dead_at__isnull=False).update(dead_at=None, attempts=0, run_after=now)
        if isinstance(row, EmailMessage):
            await begun_anew(row)


async def _claimed(model: type[RowT], now: datetime, which: Q = EVERY_ROW) -> RowT | None:
    """The row of these that waits the longest, with a claim on it. Those that others have in hand are passed over."""
    waiting = model.filter(which, sent_at__isnull=True, dead_at__isnull=True, run_after__lte=now)
    if not await waiting.exists():
        return None  # looked at first, because on SQLite a transaction keeps everybody else from writing
    async with in_transaction():
        row = await waiting.order_by("run_after", "id").select_for_update(skip_locked=True).first()
        if row is not None:
            row.attempts += 1
            row.run_after = now + CLAIM
            await row.save(update_fields=["attempts", "run_after"])
    return row


async def _note(row: Queued, **columns: Any) -> bool:
    """Write down how it went, unless somebody else has it in hand by now."""
    return bool(await type(row).filter(id=row.id, attempts=row.attempts, sent_at__isnull=True).update(**columns))


async def _give_back(email: EmailMessage, now: datetime) -> None:
    """Leave it to whoever comes next, as if this attempt had not been."""
    await _note(email, run_after=now, attempts=email.attempts - 1)
    _log.info("email_given_back", id=str(email.id))


def _email(letter: Letter, event: Event, to: Recipient, variables: Variables, now: datetime) -> EmailMessage:
    return EmailMessage(
        event_id=event.message.id,
        template=letter.template,
        address=to.address,
        name=to.name,
        locale=to.locale,
        variables=variables,
        dedupe_key=f"{letter.template}:{event.message.dedupe_key}:{to.address}",
        run_after=now,
    )


def _without_link(variables: Variables) -> Variables:
    return variables | {"link": None} if "link" in variables else variables


def has_lost_its_link(row: Queued) -> bool:
    """Whether it was an invitation whose secret is gone."""
    return isinstance(row, EmailMessage) and "link" in row.variables and row.variables["link"] is None
