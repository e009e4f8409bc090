"""Notices: an e-mail for an audience, and its words. Each wing brings its own (`people.py`, `partnerships.py`, …)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.errors import N_
from server.domain.people.memberships import EmailPreference
from server.mail import audiences as to
from server.mail.audiences import Audience, People, Recipient
from server.mail.events import Event

INVITATION_LINK: Final = "/invitations/{secret}"
START: Final = "/"

PAIR: Final = ("customer", "partner")
PRODUCT: Final = (*PAIR, "service_name")


@dataclass(frozen=True)
class Notice:
    """One e-mail for each member of the audience. With `preference`, only for those who want e-mails of that kind.

    With `by`, only if this side acted, as the event says: the side that did not act is notified. `page` is the path
    that the button opens. With `answers_by_link` it is the path of the event's secret, if it has one: such an e-mail is
    an invitation, and the inviter is notified if it cannot be delivered (E41).
    """

    template: str
    audience: Audience
    variables: tuple[str, ...]
    page: str = "/partnerships/{partnership_id}"
    answers_by_link: bool = False
    preference: EmailPreference | None = None
    by: str | None = None

    def recipients(self, event: Event, people: People) -> list[Recipient]:
        """The recipients."""
        if self.by is not None and self.by != event.by:
            return []
        return [
            one for one in self.audience(event, people) if self.preference is None or self.preference in one.preferences
        ]

    def path(self, variables: Mapping[str, object]) -> str:
        """The path that the button opens: the start page if the person concerned has no such page yet."""
        try:
            return self.page.format_map(dict(variables))
        except KeyError:
            return START


@dataclass(frozen=True)
class Template:
    """The words of one e-mail."""

    subject: str
    paragraph: str
    button: str = N_("See the partnership")


Notices = Mapping[str, tuple[Notice, ...]]
"""By topic: the e-mails it sends."""

Templates = Mapping[str, Template]
"""By name: the words of each e-mail."""


def to_team(template: str, *more: str, by: str | None = None) -> tuple[Notice, ...]:
    """News about one of the customer's products, for those of the partner who manage it and want such e-mails."""
    return (Notice(template, to.partner_team, (*PRODUCT, *more), preference=EmailPreference.PRODUCTS, by=by),)
