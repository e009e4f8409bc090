"""Who sees that an invitation reaches nobody, and until when (E41, E25)?"""

from datetime import datetime
from typing import Any

import pytest

from server.resolvers.paging import moment_text
from tests.clients import Clients
from tests.world import World

pytestmark = pytest.mark.postgres

QUERY = """
    query($id: ID!) {
      node(id: $id) {
        ... on Partnership { undeliverableAt }
        ... on CustomerInvitation { undeliverableAt }
        ... on MemberInvitation { undeliverableAt }
      }
    }
"""


async def mark_undeliverable(world: World, name: str, *, at: datetime | None) -> None:
    row = world.rows[name]
    await type(row).filter(id=row.id).update(undeliverable_at=at)


async def read_undeliverable_at(clients: Clients, world: World, name: str, as_: str) -> Any:
    viewer = world.people.get(as_) or world.tokens[as_.removesuffix("'s token")]
    answer = await clients.ask(QUERY, {"id": world.id(name)}, as_=viewer)
    return answer.code if answer.errors else answer.data["node"]["undeliverableAt"]


# Rule E41
@pytest.mark.parametrize(
    ("name", "sees", "does_not"),
    [
        ("invitation", ["dL"], ["pL", "pA", "pL's token"]),
        ("wooed", ["pL", "pL's token"], ["pA", "reader's token"]),
        ("asked", [], ["cL", "cA"]),
        ("by_email", ["qL"], ["bL"]),
        ("newcomer", ["cL", "cA", "cL's token"], []),
    ],
)
async def test_anyone_who_may_send_it_again_sees_that_it_reached_nobody(
    world: World, clients: Clients, name: str, sees: list[str], does_not: list[str]
):
    await mark_undeliverable(world, name, at=None)
    before = {who: await read_undeliverable_at(clients, world, name, who) for who in (*sees, *does_not)}
    await mark_undeliverable(world, name, at=world.now)

    after = {who: await read_undeliverable_at(clients, world, name, who) for who in (*sees, *does_not)}

    assert before == dict.fromkeys((*sees, *does_not))
    assert after == dict.fromkeys(sees, moment_text(world.now)) | dict.fromkeys(does_not)


@pytest.mark.parametrize(
    ("name", "mutation", "who"),
    [
        ("invitation", "resendInvitation", "dL"),
        ("by_email", "resendCustomerInvitation", "qL"),
        ("newcomer", "resendMemberInvitation", "cL"),
    ],
)
async def test_an_invitation_sent_again_is_no_longer_undeliverable(
    world: World, clients: Clients, name: str, mutation: str, who: str
):
    await mark_undeliverable(world, name, at=world.now)
    names = {"invitation": "partnership", "by_email": "customerInvitation", "newcomer": "memberInvitation"}
    payload = f"{names[name]} {{ undeliverableAt }} userErrors {{ code }}"

    answer = await clients.change(mutation, {f"{names[name]}Id": world.id(name)}, payload, as_=world.people[who])

    assert answer.data[mutation] == {names[name]: {"undeliverableAt": None}, "userErrors": []}
