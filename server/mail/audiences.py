"""Who is to be told?

Legal representatives, and with them the administrators where an answer is theirs to give too (S1.3a, E34).
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from server.domain.memberships import MembershipStatus, Wish, wishes
from server.domain.partnerships import Side
from server.domain.people import DEFAULT_LOCALE
from server.domain.rights import LEADING_ROLES, Role
from server.mail.events import Event
from server.models import EmployeeAssignment, Membership, Organisation, User

_REPRESENTATIVES = frozenset({Role.LEGAL_REPRESENTATIVE})


@dataclass(frozen=True)
class Recipient:
    """Somebody with an address; the name is empty where nobody told it. `wishes` are those of a member."""

    address: str
    name: str
    locale: str
    wishes: frozenset[Wish] = frozenset()


Audience = Callable[[Event], Awaitable[list[Recipient]]]


async def customer(event: Event) -> list[Recipient]:
    return await _members(event.customer, _REPRESENTATIVES)


async def customer_leaders(event: Event) -> list[Recipient]:
    return await _members(event.customer, LEADING_ROLES)


async def partner(event: Event) -> list[Recipient]:
    return await _members(event.partner, _REPRESENTATIVES)


async def inviter(event: Event) -> list[Recipient]:
    return await _members(event.inviter, _REPRESENTATIVES)


async def inviter_of_address(event: Event) -> list[Recipient]:
    """Whoever invited an address, which the event then says: the person who did, while they are a member (E41)."""
    return await member(event) or await inviter(event) if "address" in event.facts else []


async def inviter_of_organisation(event: Event) -> list[Recipient]:
    return [] if "address" in event.facts else await inviter(event)


async def invitee(event: Event) -> list[Recipient]:
    """Whoever may answer: of a customer its legal representatives alone (S1.3b), or the address that was asked."""
    if event.invitee is None:
        return await addressed(event)
    roles = LEADING_ROLES if event.inviting_side is Side.CUSTOMER else _REPRESENTATIVES
    return await _members(event.invitee, roles)


async def invited_customer(event: Event) -> list[Recipient]:
    """The customer who is asked, where it is an organisation."""
    return [] if "email" in event.facts else await customer(event)


async def partner_team(event: Event) -> list[Recipient]:
    """The partner's legal representatives, and the employees who serve the customer."""
    assigned = EmployeeAssignment.filter(
        partnership_id=event.partnership.id if event.partnership else None,
        ended_at__isnull=True,
        membership__status=MembershipStatus.ACTIVE,
    )
    serving = await assigned.select_related("membership__user").order_by("id")
    return await partner(event) + [_member(row.membership) for row in serving]


async def person(event: Event) -> list[Recipient]:
    """The member, the inviter, whoever asked for something, or whose token or opened mailbox it is."""
    return [_recipient(event.person)] if event.person else []


async def member(event: Event) -> list[Recipient]:
    """The person, while they are a member of the organisation."""
    if event.person is None or event.organisation is None:
        return []
    own = Membership.filter(
        organisation_id=event.organisation.id, user_id=event.person.id, status=MembershipStatus.ACTIVE
    )
    return [_recipient(event.person)] if await own.exists() else []


async def addressed(event: Event) -> list[Recipient]:
    """The address that the event is about, which may be of somebody who has no account."""
    told = event.facts
    if "email" not in told:
        return []
    return [Recipient(told["email"], told.get("first_name") or "", told.get("locale") or DEFAULT_LOCALE)]


async def _members(organisation: Organisation | None, roles: Iterable[Role]) -> list[Recipient]:
    if organisation is None:
        return []
    active = Membership.filter(organisation_id=organisation.id, role__in=sorted(roles), status=MembershipStatus.ACTIVE)
    return [_member(row) for row in await active.select_related("user").order_by("id")]


def _member(row: Membership) -> Recipient:
    wished = wishes(
        row.role,
        can_manage_billing=row.can_manage_billing,
        notify_billing=row.notify_billing,
        notify_products=row.notify_products,
    )
    return replace(_recipient(row.user), wishes=wished)


def _recipient(user: User) -> Recipient:
    return Recipient(user.email, f"{user.first_name} {user.last_name}", user.locale)
