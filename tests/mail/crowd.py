"""The mail world: the world of tests/world.py, with everybody in it that an e-mail may or may not be for.

The first letter is the company: p for Nova, which is the partner, and for its customers c (Alpina), b (Borea), k
(Corvo) and d (Delta). In every one of them there are

    L, M, N    legal representatives; M wants no e-mails about products, N none about billing
    A, B       administrators; the address of B was never verified, and an e-mail to it could not be delivered
    R          a former legal representative
    X          an external member

and in Nova also employees: E, F and H are assigned to every partnership, but the assignment of F has ended, and H wants
no e-mails about products; G is assigned and is no longer a member; U is not assigned.
"""

from datetime import datetime, timedelta
from typing import Any

from server.domain.people.memberships import MembershipStatus
from server.domain.rights import AssignmentRight, Role
from server.models import EmailMessage, EmployeeAssignment, Membership, OutboxMessage, Partnership, User
from tests.rows import Person
from tests.world import World

COMPANIES = {"p": "nova", "c": "alpina", "b": "borea", "k": "corvo", "d": "delta"}
ROLES = {
    "M": Role.LEGAL_REPRESENTATIVE,
    "N": Role.LEGAL_REPRESENTATIVE,
    "A": Role.ADMINISTRATOR,
    "B": Role.ADMINISTRATOR,
    "R": Role.LEGAL_REPRESENTATIVE,
    "X": Role.EXTERNAL,
}
EMPLOYEES = ("F", "G", "H")
WITHOUT_PRODUCTS, WITHOUT_BILLING, REMOVED = "MH", "N", "RG"

People = dict[str, Person]


async def gather(world: World) -> People:
    """Store the people who are missing in the world. All of them, by the names of the table."""
    people = {name: person for name, person in world.people.items() if name[0] in COMPANIES}
    for company, at in COMPANIES.items():
        roles = ROLES | (dict.fromkeys(EMPLOYEES, Role.EMPLOYEE) if company == "p" else {})
        new = {name: role for letter, role in roles.items() if (name := company + letter) not in people}
        people |= {name: _person(world, name, at, role) for name, role in new.items()}
        await User.bulk_create([people[name].user for name in new])
        await Membership.bulk_create([people[name].membership for name in new])
    await _assign(world, people)
    await _refuse(world.now, [person.user.email for name, person in people.items() if name[1] == "B"])
    return people


def _person(world: World, name: str, at: str, role: Role) -> Person:
    user = User(
        email=f"{name.lower()}@{at}.example",
        email_verified_at=None if name[1] == "B" else world.now,
        first_name=name,
        last_name=at,
    )
    membership = Membership(
        user_id=user.id,
        organisation_id=world.rows[at].id,
        role=role,
        status=MembershipStatus.REMOVED if name[1] in REMOVED else MembershipStatus.ACTIVE,
        can_manage_billing=role is Role.EMPLOYEE,
        notify_products=name[1] not in WITHOUT_PRODUCTS,
        notify_billing=name[1] not in WITHOUT_BILLING,
        joined_at=world.now,
    )
    return Person(user, membership, session="")


async def _assign(world: World, people: People) -> None:
    """Nova's employees to all its customers, except U."""
    served = await Partnership.filter(partner_id=world.nova.id)
    stored = {(row.partnership_id, row.membership_id) for row in await EmployeeAssignment.all()}
    await EmployeeAssignment.bulk_create(
        [
            EmployeeAssignment(
                membership_id=people[name].membership.id,
                partnership_id=partnership.id,
                rights=[AssignmentRight.VIEW],
                assigned_at=world.now,
                ended_at=world.now if name == "pF" else None,
            )
            for partnership in served
            for name in ("pE", "pF", "pG", "pH")
            if (partnership.id, people[name].membership.id) not in stored
        ]
    )


async def _refuse(now: datetime, addresses: list[str]) -> None:
    """An earlier e-mail to each of these was refused permanently."""
    event: Any = await OutboxMessage.create(
        topic="member.role_changed", payload={}, dedupe_key="earlier", run_after=now, sent_at=now
    )
    await EmailMessage.bulk_create(
        [
            EmailMessage(
                event_id=event.id,
                template="member.role_changed",
                address=address,
                name="",
                locale="en_GB",
                zone="UTC",
                variables={},
                dedupe_key=f"earlier:{address}",
                run_after=now,
                dead_at=now - timedelta(days=1),
                last_error="550 5.1.1 Unknown",
            )
            for address in addresses
        ]
    )
