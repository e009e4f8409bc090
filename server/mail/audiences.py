"""Audiences: the recipients of an event's e-mails.

Legal representatives, and administrators as well if they may answer (S1.3a, E34).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from server.domain.partnerships.partnerships import Side
from server.domain.people.memberships import EmailPreference, MembershipStatus, email_preferences
from server.domain.people.users import DEFAULT_LOCALE
from server.domain.rights import LEADING_ROLES, Role
from server.mail.events import Event
from server.mail.zones import UTC, zone_of_country
from server.models import EmployeeAssignment, Membership, Organisation, User
from server.models.conditions import OneOf

_REPRESENTATIVES = frozenset({Role.LEGAL_REPRESENTATIVE})
_ACTIVE = MembershipStatus.ACTIVE


@dataclass(frozen=True)
class Recipient:
    """A recipient's address and name. The name is empty if it is not known. `preferences` are what a member wants.

    `zone` is the time zone in which they read dates: that of the organisation they are a member of.
    """

    address: str
    name: str
    locale: str
    zone: str = UTC
    preferences: frozenset[EmailPreference] = frozenset()


@dataclass(frozen=True)
class People:
    """The people concerned by several events, read together."""

    leaders: dict[UUID, list[Membership]] = field(default_factory=dict[UUID, list[Membership]])
    """By organisation: its legal representatives and administrators."""
    serving: dict[UUID, list[Membership]] = field(default_factory=dict[UUID, list[Membership]])
    """By partnership: the employees who serve the customer."""
    countries: dict[tuple[UUID, UUID | None], str] = field(default_factory=dict[tuple[UUID, UUID | None], str])
    """By an event's person and one of their organisations, or None: the country."""


Audience = Callable[[Event, People], list[Recipient]]


async def read_people(events: Collection[Event], teams: Collection[UUID]) -> People:
    """The people concerned by these events. Employees only for the partnerships of `teams`."""
    parties = [row.id for event in events for row in (event.customer, event.partner, event.organisation) if row]
    leaders, serving = defaultdict[UUID, list[Membership]](list), defaultdict[UUID, list[Membership]](list)
    leading = Membership.filter(OneOf("organisation_id", parties), role__in=sorted(LEADING_ROLES), status=_ACTIVE)
    for row in await leading.select_related("user").order_by("id") if parties else ():
        leaders[row.organisation_id].append(row)
    assigned = EmployeeAssignment.filter(
        OneOf("partnership_id", list(teams)), ended_at__isnull=True, membership__status=_ACTIVE
    )
    for one in await assigned.select_related("membership__user").order_by("id") if teams else ():
        serving[one.partnership_id].append(one.membership)
    return People(leaders, serving, await _read_countries([event.person.id for event in events if event.person]))


async def _read_countries(users: Sequence[UUID]) -> dict[tuple[UUID, UUID | None], str]:
    """The countries of the organisations that these people are members of, and of each person's first one."""
    found = dict[tuple[UUID, UUID | None], str]()
    own = Membership.filter(OneOf("user_id", users), status=_ACTIVE).select_related("organisation")
    for row in await own.order_by("id") if users else ():
        found[row.user_id, row.organisation_id] = row.organisation.country
        found.setdefault((row.user_id, None), row.organisation.country)
    return found


def customer(event: Event, people: People) -> list[Recipient]:
    return _recipients_of(people, event.customer, _REPRESENTATIVES)


def customer_leaders(event: Event, people: People) -> list[Recipient]:
    return _recipients_of(people, event.customer, LEADING_ROLES)


def partner(event: Event, people: People) -> list[Recipient]:
    return _recipients_of(people, event.partner, _REPRESENTATIVES)


def organisation_leaders(event: Event, people: People) -> list[Recipient]:
    return _recipients_of(people, event.organisation, LEADING_ROLES)


def inviter(event: Event, people: People) -> list[Recipient]:
    return _recipients_of(people, event.inviter, _REPRESENTATIVES)


def inviting_person(event: Event, people: People) -> list[Recipient]:
    """The person who sent the invitation, while they are a member; otherwise the legal representatives."""
    return member(event, people) or inviter(event, people)


def inviter_of_address(event: Event, people: People) -> list[Recipient]:
    """The sender of an invitation to an address, which the event names (E41)."""
    return inviting_person(event, people) if "address" in event.values else []


def inviter_of_organisation(event: Event, people: People) -> list[Recipient]:
    return [] if "address" in event.values else inviter(event, people)


def invitee(event: Event, people: People) -> list[Recipient]:
    """The people who may answer: a customer's legal representatives only (S1.3b), or the address that was asked."""
    if event.invitee is None:
        return addressee(event, people)
    roles = LEADING_ROLES if event.inviting_side is Side.CUSTOMER else _REPRESENTATIVES
    return _recipients_of(people, event.invitee, roles)


def invited_customer(event: Event, people: People) -> list[Recipient]:
    """The customer who is asked, if it is an organisation."""
    return [] if "email" in event.values else customer(event, people)


def partner_team(event: Event, people: People) -> list[Recipient]:
    """The partner's legal representatives, and the employees who serve the customer."""
    serving = people.serving.get(event.partnership.id, []) if event.partnership else []
    return partner(event, people) + [_member_recipient(row, event.partner) for row in serving]


def person(event: Event, people: People) -> list[Recipient]:
    """The person concerned: the member, the inviter, the person who asked, or the owner of the token or mailbox."""
    if event.person is None:
        return []
    own = event.organisation or event.partner
    country = own.country if own else people.countries.get((event.person.id, None), "")
    return [_user_recipient(event.person, country)]


def member(event: Event, people: People) -> list[Recipient]:
    """The person, while they are a member of the organisation."""
    if event.person is None or event.organisation is None:
        return []
    is_member = (event.person.id, event.organisation.id) in people.countries
    return person(event, people) if is_member else []


def addressee(event: Event, people: People) -> list[Recipient]:
    """The address that the event is about. Its owner may have no account."""
    facts = event.values
    if "email" not in facts:
        return []
    inviting = event.inviter or event.partner
    zone = zone_of_country(inviting.country if inviting else "")
    return [Recipient(facts["email"], facts.get("first_name") or "", facts.get("locale") or DEFAULT_LOCALE, zone)]


def _recipients_of(people: People, organisation: Organisation | None, roles: Iterable[Role]) -> list[Recipient]:
    if organisation is None:
        return []
    return [
        _member_recipient(row, organisation) for row in people.leaders.get(organisation.id, []) if row.role in roles
    ]


def _member_recipient(row: Membership, organisation: Organisation | None) -> Recipient:
    wanted = email_preferences(
        row.role,
        can_manage_billing=row.can_manage_billing,
        notify_billing=row.notify_billing,
        notify_products=row.notify_products,
    )
    return replace(_user_recipient(row.user, organisation.country if organisation else ""), preferences=wanted)


def _user_recipient(user: User, country: str) -> Recipient:
    return Recipient(user.email, f"{user.first_name} {user.last_name}", user.locale, zone_of_country(country))
