"""Does what happens to somebody in one organisation leave all that they have in another as it is?"""

from collections.abc import Callable
from typing import Any

import pytest

from server.models import Membership
from tests.api.people.elsewhere import EVERYTHING, settle_elsewhere, what_they_have
from tests.clients import Clients
from tests.world import World

pytestmark = pytest.mark.postgres

Act = tuple[str, str, str, Callable[[World], dict[str, Any]]]

ACTS: list[Act] = [
    # whom it happens to, who does it, by which mutation, and with what
    ("cE", "cL", "removeMember", lambda world: {"membershipId": world.id("cE")}),
    ("pE", "pL", "removeMember", lambda world: {"membershipId": world.id("pE")}),
    ("cA", "cA", "leaveOrganisation", lambda world: {"organisationId": world.id("alpina")}),
    ("pE", "pE", "leaveOrganisation", lambda world: {"organisationId": world.id("nova")}),
    ("cA", "cL", "changeMemberRole", lambda world: {"membershipId": world.id("cA"), "role": "EXTERNAL"}),
    ("pE", "pL", "changeMemberRole", lambda world: {"membershipId": world.id("pE"), "role": "EXTERNAL"}),
    ("pE", "pL", "changeMemberRole", lambda world: {"membershipId": world.id("pE"), "role": "ADMINISTRATOR"}),
    (
        "cL",
        "cL",
        "replaceLegalRepresentative",
        lambda world: {
            "outgoingMembershipId": world.id("cL"),
            "incomingMembershipId": world.id("cA"),
            "outgoingRole": "EMPLOYEE",
        },
    ),
    (
        "cE",
        "cL",
        "replaceLegalRepresentative",
        lambda world: {
            "outgoingMembershipId": world.id("cL"),
            "incomingMembershipId": world.id("cE"),
            "outgoingRole": "EMPLOYEE",
        },
    ),
    (
        "pE",
        "kL",
        "recoverOrganisation",
        lambda world: {"organisationId": world.id("nova"), "email": world.pE.user.email, "reason": "Documents"},
    ),
    ("pE", "pL", "updateMember", lambda world: {"membershipId": world.id("pE"), "canManageBilling": False}),
    (
        "pE",
        "pE",
        "setEmailWishes",
        lambda world: {"organisationId": world.id("nova"), "notifyBilling": False, "notifyProducts": True},
    ),
    (
        "pE",
        "pL",
        "setFutureCustomers",
        lambda world: {"membershipId": world.id("pE"), "includeFutureCustomers": False},
    ),
    ("pE", "pL", "unassignEmployee", lambda world: {"assignmentId": world.id("assignment")}),
    ("pE", "pE", "revokeApiToken", lambda world: {"apiTokenId": world.id("token_pE")}),
    (
        "pE",
        "cL",
        "excludeApiToken",
        lambda world: {"customerId": world.id("alpina"), "apiTokenId": world.id("token_pE")},
    ),
    ("cX", "cL", "deleteTeam", lambda world: {"teamId": world.id("team")}),
    (
        "pE",
        "cL",
        "terminatePartnership",
        lambda world: {
            "partnershipId": world.id("limited"),
            "confirmation": world.alpina.name,
            "reason": "NO_LONGER_NEEDED",
        },
    ),
]


@pytest.mark.parametrize(
    ("whom", "actor", "mutation", "input_"), ACTS, ids=[f"{mutation}-{whom}" for whom, _, mutation, _ in ACTS]
)
async def test_an_act_in_one_organisation_changes_nothing_of_the_person_in_another(
    world: World,
    engine_clients: Clients,
    whom: str,
    actor: str,
    mutation: str,
    input_: Callable[[World], dict[str, Any]],
) -> None:
    there, secret = await settle_elsewhere(world, world.people[whom])
    await Membership.filter(id=world.pE.membership.id).update(future_customer_rights=["VIEW"])
    before = await what_they_have(there)
    assert before.keys() == EVERYTHING

    answer = await engine_clients.change(mutation, input_(world), as_=world.people[actor])

    assert answer.data[mutation]["userErrors"] == []
    assert await what_they_have(there) == before
    read = await engine_clients.ask("{ viewer { organisations { nodes { name } } } }", as_=secret)
    assert read.data["viewer"]["organisations"]["nodes"] == [{"name": world.rival.name}]
