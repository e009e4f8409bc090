"""Does a mutation take as many statements in a large organisation as in a small one?

Each is run with one more, and with four more, of everything that the organisations of the world have; and with all that
its payload can show, including lists of rows.
"""

from collections import Counter
from typing import Any

import pytest
from graphql import get_named_type

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import AssignmentRight, ProductRight, Role, Scope
from server.models import EmployeeAssignment, Membership, Organisation, Partnership
from server.resolvers import ids
from tests import rows as made
from tests.api.traces import key
from tests.clients import Clients
from tests.databases import BACKEND, rolled_back
from tests.permissions.inputs import prepare, ways
from tests.permissions.walks import SCHEMA, walks
from tests.rows import grant, organisation, partnership, person, product, token
from tests.statements import ENGINE, TORTOISE, collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres

FEW, MANY = 1, 4
SPLIT = 2
"""What two resolvers ask for in the same breath is one statement, or two where one of them came a little later."""


@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize("mutation", SCHEMA.mutation_type.fields)
async def test_a_mutation_takes_as_many_statements_however_large_the_organisation(
    world: World, engine_clients: Clients, resolver_clients: Clients, mutation: str
) -> None:
    """By resolvers on SQLite and by the engine on PostgreSQL: each asks both databases in the same words."""
    clients = resolver_clients if BACKEND == "sqlite" else engine_clients
    few, many = [await statements(clients, world, mutation, times) for times in (FEW, MANY)]

    for payload, taken in few.items():
        assert len(taken) > 0
        more = Counter(many[payload]) - Counter(taken)
        assert more.total() <= SPLIT, (payload, more)


async def statements(clients: Clients, world: World, mutation: str, times: int) -> dict[str, list[str]]:
    """What each selection of the payload makes the mutation run, in a world with so much more of everything."""
    who, input = ways(world, mutation)[0]
    found = dict[str, list[str]]()
    async with rolled_back():
        await grow(world, times)
        for payload in payloads(mutation):
            with collect_statements(TORTOISE, ENGINE) as found[payload]:
                await _run(clients, world, mutation, input, payload, as_=who)
    return found


async def _run(clients: Clients, world: World, mutation: str, input: dict[str, Any], payload: str, **how: Any) -> None:
    async with rolled_back():
        await prepare(world, mutation, input)
        answer = await clients.change(mutation, input | await also(mutation, input), payload, **how)
        assert answer.json["data"][mutation]["userErrors"] == [], answer.json


async def also(mutation: str, input: dict[str, Any]) -> dict[str, Any]:
    """What there is more of, and has to be named: the partners that complete access ends."""
    if mutation != "changeAccessType":
        return {}
    changed = await Partnership.get(id=key(input["partnershipId"]))
    others = Partnership.filter(customer_id=changed.customer_id, status=PartnershipStatus.ACTIVE).exclude(id=changed.id)
    return {"endOtherPartnerships": [ids.encode(row) for row in await others]}


def payloads(mutation: str) -> list[str]:
    """What the payload shows; and every list of each row in it, for which resolvers ask row by row if they are wrong."""
    type_ = get_named_type(SCHEMA.mutation_type.fields[mutation].type)
    depths = (2, 3) if BACKEND == "sqlite" else (2,)
    whole = dict.fromkeys(below for depth in depths for below in walks(type_, depth))
    return [f"{below} userErrors {{ code }}" for below in whole]


async def grow(world: World, times: int) -> None:
    """More products, members (those of the partner serve future customers), accesses, partners, customers, assignments, tokens and requested products."""
    rows, now = world.rows, world.now
    await Partnership.filter(id=rows["invitation"].id).update(access_type=AccessType.LIMITED, payment_mode=None)
    for number in range(times):
        sold, asked_for = await product(f"more{number}", rows["alpina"]), await product(f"w{number}", rows["delta"])
        await grant(rows["limited"], sold, list(ProductRight))
        await made.request(rows["invitation"], asked_for, list(ProductRight))
        for company in ("alpina", "nova"):
            member = await person(f"more{number}", rows[company], Role.EMPLOYEE, now)
            await token(member, list(Scope), [], now=now)
        await Membership.filter(id=member.membership.id).update(future_customer_rights=[AssignmentRight.VIEW])
        await EmployeeAssignment.create(
            membership_id=member.membership.id,
            partnership_id=rows["limited"].id,
            rights=[AssignmentRight.VIEW],
            assigned_at=now,
        )
        other = await organisation(f"More {number}", partner_status=PartnerStatus.APPROVED)
        await partnership(rows["alpina"], other, now=now)
        customer: Organisation = await organisation(f"Customer {number}")
        await partnership(customer, rows["nova"], now=now)
