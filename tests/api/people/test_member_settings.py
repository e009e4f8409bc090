"""Which e-mails do members get, and who changes that?"""

from typing import Any

import pytest

from server.models import (
    Membership,
)
from server.resolvers import ids
from tests.api.people.members import terms
from tests.api.people.memberships import BINDING, change_member, second_legal_representative
from tests.api.refusals import collect_refusals
from tests.api.traces import act, acts, announced_topics
from tests.clients import Clients
from tests.snapshots import snapshot
from tests.world import World

pytestmark = pytest.mark.postgres


# The e-mails that members get, and whether they pay


async def test_a_member_is_updated_as_far_as_something_is_given(world: World, clients: Clients):
    answer = await change_member(
        clients, "updateMember", world.cA, world.id("cE"), canManageBilling=True, notifyProducts=False
    )

    shown = answer.data["updateMember"]["membership"]
    assert (shown["canManageBilling"], shown["notifyBilling"], shown["notifyProducts"]) == (True, True, False)
    assert await acts(answer) == [
        act(
            "member.updated",
            world.cE.membership,
            world.cA,
            world.alpina,
            before=terms(world.cE),
            after=terms(world.cE, can_manage_billing=True, notify_products=False),
        )
    ]
    assert await announced_topics(answer) == [("member.updated", world.id("cE"))]


@pytest.mark.parametrize("input", [{}, {"notifyBilling": True, "canManageBilling": None}])
async def test_an_update_that_says_nothing_new_changes_nothing(world: World, clients: Clients, input: dict[str, Any]):
    before = await snapshot()

    await change_member(clients, "updateMember", world.cA, world.id("cE"), **input)

    assert await snapshot() == before


async def test_a_new_role_begins_without_the_billing_permission(world: World, clients: Clients):
    await change_member(clients, "updateMember", world.cA, world.id("cE"), canManageBilling=True)
    await change_member(clients, "changeMemberRole", world.cA, world.id("cE"), role="EXTERNAL")

    answer = await change_member(clients, "changeMemberRole", world.cA, world.id("cE"), role="EMPLOYEE")

    assert answer.data["changeMemberRole"]["membership"]["canManageBilling"] is False


async def test_a_role_decides_without_a_switch_and_the_only_one_is_notified(world: World, clients: Clients):
    wrong = {"membershipId": world.id("cL"), "canManageBilling": False, "notifyBilling": False}

    assert await collect_refusals(clients, "updateMember", wrong, as_=world.cL) == [
        (
            "VALIDATION_FAILED",
            "The billing permission follows from the role. You can set it only for employees.",
            ["input", "canManageBilling"],
        ),
        (
            "LAST_LEGAL_REPRESENTATIVE",
            "At least one legal representative must receive the billing e-mails.",
            ["input", "notifyBilling"],
        ),
    ]


async def test_the_only_one_left_is_notified_of_invoices(world: World, clients: Clients):
    second = await second_legal_representative(world)
    await change_member(clients, "updateMember", world.cL, ids.encode(second.membership), notifyBilling=False)

    await change_member(clients, "removeMember", second, world.id("cL"))

    assert (await Membership.get(id=second.membership.id)).notify_billing is True


async def test_an_administrator_updates_no_legal_representative(world: World, clients: Clients):
    input = {"membershipId": world.id("cL"), "notifyProducts": False}

    assert await collect_refusals(clients, "updateMember", input, as_=world.cA) == [
        ("LEGAL_REPRESENTATIVE_ONLY", BINDING, ["input", "membershipId"])
    ]
