"""Events of the outbox, with the organisations and people they are about.

An event's payload says what was true when it happened. It takes precedence over what is stored now.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from server.domain.partnerships.partnerships import Side
from server.models import Organisation, OutboxMessage, Partnership, User
from server.resolvers import ids

# `Any` below: payloads and variables are JSON.
Variables = dict[str, Any]

PARTIES: Final = ("customer", "partner", "organisation")


@dataclass(frozen=True)
class Event:
    """An outbox message with the rows around its subject, as far as they exist, and its values."""

    message: OutboxMessage
    partnership: Partnership | None = None
    person: User | None = None
    customer: Organisation | None = None
    partner: Organisation | None = None
    organisation: Organisation | None = None
    stored: Variables = field(default_factory=dict[str, Any])

    @property
    def values(self) -> Variables:
        return self.stored | self.message.payload

    @property
    def by(self) -> str:
        """The side that acted. The customer, unless the event says otherwise."""
        return self.values.get("by") or Side.CUSTOMER

    @property
    def inviting_side(self) -> Side:
        """The side that proposed. Without a partnership it is a partner who asks an unknown address (S1.2)."""
        return self.partnership.initiated_by if self.partnership else Side.PARTNER

    @property
    def inviter(self) -> Organisation | None:
        """The organisation that waits for an answer."""
        return self.organisation or self._party_on(self.inviting_side)

    @property
    def invitee(self) -> Organisation | None:
        return self._party_on(Side.PARTNER if self.inviting_side is Side.CUSTOMER else Side.CUSTOMER)

    def _party_on(self, side: Side) -> Organisation | None:
        return self.customer if side is Side.CUSTOMER else self.partner


def template_variables(event: Event) -> Variables:
    """The event's values, by the names from which `topics.py` chooses."""
    facts = event.values
    names = {name: row.name for name in (*PARTIES, "inviter", "invitee") if (row := getattr(event, name))}
    somebody = {"invitee": facts["email"]} if "email" in facts else {}
    rows = {name: row for name in ("partnership", *PARTIES) if (row := getattr(event, name))}
    return facts | somebody | names | {f"{name}_id": ids.encode(row) for name, row in rows.items()}
