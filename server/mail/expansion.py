"""Expansion of events into e-mails: which ones, to whom, with which values."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from server.domain.errors import Unavailable
from server.mail import audiences as to
from server.mail.audiences import People, Recipient, read_people
from server.mail.events import Event, Variables, template_variables
from server.mail.notices import INVITATION_LINK, Notice
from server.mail.subjects import read_all
from server.mail.topics import NOTICES
from server.models import EmailMessage, OutboxMessage
from server.settings import Settings

_SHOW_PRODUCTS = frozenset(
    topic for topic, notices in NOTICES.items() if any("terms" in notice.variables for notice in notices)
)
_TO_TEAMS = frozenset(
    topic for topic, notices in NOTICES.items() if any(notice.audience is to.partner_team for notice in notices)
)


_MAX_EMAILS_IN_A_TRANSACTION: Final = 100
"""The most e-mails in one transaction, unless a single event becomes more."""

Expanded = tuple[OutboxMessage, list[EmailMessage]]


@dataclass(frozen=True)
class Expansion:
    """The result for each event, by its id: e-mails that are not stored yet, or why there are none."""

    emails: dict[UUID, list[EmailMessage]] = field(default_factory=dict[UUID, list[EmailMessage]])
    failures: dict[UUID, Exception] = field(default_factory=dict[UUID, Exception])


async def expand(messages: Sequence[OutboxMessage], settings: Settings, now: datetime) -> Expansion:
    """The e-mails of each of these events. Their data is read together; a failure affects only its own event."""
    try:
        return await _expand_together(messages, settings, now)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one event keeps no other waiting
        if len(messages) > 1:
            each = [await expand([message], settings, now) for message in messages]
            return Expansion(
                {id: emails for one in each for id, emails in one.emails.items()},
                {id: failure for one in each for id, failure in one.failures.items()},
            )
        return Expansion(failures={message.id: error for message in messages})


def in_parts(expanded: Sequence[Expanded]) -> Iterator[list[Expanded]]:
    """The events in parts, each stored in one short transaction."""
    part, number = list[Expanded](), 0
    for message, emails in expanded:
        if part and number + len(emails) > _MAX_EMAILS_IN_A_TRANSACTION:
            yield part
            part, number = [], 0
        part.append((message, emails))
        number += len(emails)
    if part:
        yield part


async def _expand_together(messages: Sequence[OutboxMessage], settings: Settings, now: datetime) -> Expansion:
    mailed = [message for message in messages if message.topic in NOTICES]
    found = await read_all(mailed, _SHOW_PRODUCTS)
    events = [event for event in found.values() if isinstance(event, Event)]
    people = await read_people(events, _partnerships_with_teams(events))
    expansion = Expansion({message.id: [] for message in messages if message.topic not in NOTICES})
    for message in mailed:  # not in the order of reading, because ids of e-mails are ordered
        event = found[message.id]
        if isinstance(event, Event):
            try:
                expansion.emails[message.id] = _emails_of_event(event, people, settings, now)
            except Exception as error:  # noqa: BLE001 - one event keeps no other waiting
                expansion.failures[message.id] = error
        else:
            expansion.failures[message.id] = event
    return expansion


def _partnerships_with_teams(events: Collection[Event]) -> set[UUID]:
    return {event.partnership.id for event in events if event.partnership and event.message.topic in _TO_TEAMS}


def _emails_of_event(event: Event, people: People, settings: Settings, now: datetime) -> list[EmailMessage]:
    variables = template_variables(event)
    return [
        email
        for notice in NOTICES[event.message.topic]
        for email in _emails_of_notice(notice, event, variables, people, settings, now)
    ]


def _emails_of_notice(
    notice: Notice, event: Event, variables: Variables, people: People, settings: Settings, now: datetime
) -> list[EmailMessage]:
    chosen = {name: variables.get(name) for name in notice.variables} | _link_addresses(notice, variables, settings)
    recipients = {one.address: one for one in reversed(notice.recipients(event, people))}
    return [_build_email(notice, event, recipient, chosen, now) for recipient in reversed(recipients.values())]


def _link_addresses(notice: Notice, variables: Mapping[str, object], settings: Settings) -> Variables:
    """The addresses in an e-mail: of the page, and of the secret link if there is one."""
    addresses = {"page": settings.pages_url + notice.path(variables)}
    if notice.answers_by_link and variables.get("secret"):
        addresses["link"] = settings.pages_url + INVITATION_LINK.format_map(dict(variables))
    return addresses


def _build_email(notice: Notice, event: Event, to: Recipient, variables: Variables, now: datetime) -> EmailMessage:
    return EmailMessage(
        event_id=event.message.id,
        template=notice.template,
        address=to.address,
        name=to.name,
        locale=to.locale,
        zone=to.zone,
        variables=variables,
        dedupe_key=f"{notice.template}:{event.message.dedupe_key}:{to.address}",
        run_after=now,
    )
