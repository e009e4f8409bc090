"""When is an employee of a partner assigned to future customers, and when no longer (M22)?"""

from typing import Any

import pytest

from server.models import EmployeeAssignment, Membership
from tests.api.partnerships.assignments import audited_terms
from tests.api.partnerships.proposals import asked_by_nova, complete, limited_access
from tests.api.refusals import catch_denial, check_id, collect_refusals, missing
from tests.api.traces import act, acts, announced_topics
from tests.clients import Answer, Clients
from tests.rows import Person, customer_invitation, request
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

MEMBER = """
    membership { id includeFutureCustomers futureCustomerRights version } userErrors { code message field }
"""
VIEW_AND_MANAGE = ["VIEW", "MANAGE_PRODUCTS"]


def switch(world: World, member: str = "pU", *, on: bool = True, **more: Any) -> dict[str, Any]:
    return {"membershipId": world.id(member), "includeFutureCustomers": on, **more}


async def set_(clients: Clients, input: dict[str, Any], as_: Person | str) -> Answer:
    """Sets the switch, which works."""
    answer = await clients.change("setFutureCustomers", input, MEMBER, as_=as_)
    assert answer.data["setFutureCustomers"]["userErrors"] == []
    return answer


async def switched_on(clients: Clients, world: World) -> None:
    """For the employee who serves nobody so far."""
    await set_(clients, switch(world, rights=["MANAGE_PRODUCTS"]), world.pL)


async def served_customers(clients: Clients, world: World, who: Person) -> set[str]:
    """The customers that somebody of Nova serves."""
    query = "query($id: ID!) { organisation(id: $id) { managedCustomers { nodes { name } } } }"
    answer = await clients.ask(query, {"id": world.id("nova")}, as_=who)
    return {node["name"] for node in answer.data["organisation"]["managedCustomers"]["nodes"]}


async def future_rights(person: Person) -> Any:
    return (await Membership.get(id=person.membership.id)).future_customer_rights


async def test_a_partner_says_who_serves_future_customers(world: World, clients: Clients):
    before = await snapshot()

    answer = await set_(clients, switch(world, rights=["MANAGE_PRODUCTS", "MANAGE_PRODUCTS"]), world.pA)

    assert answer.data["setFutureCustomers"]["membership"] == {
        "id": world.id("pU"),
        "includeFutureCustomers": True,
        "futureCustomerRights": VIEW_AND_MANAGE,
        "version": 2,
    }
    assert changed_models(before, await snapshot()) == {"Membership", "AuditEvent", "OutboxMessage"}
    was = {"user_id": world.pU.user.id.hex, "future_customer_rights": None}
    set_to = was | {"future_customer_rights": VIEW_AND_MANAGE}
    assert await acts(answer) == [
        act("member.futureCustomersSet", world.pU.membership, world.pA, world.nova, before=was, after=set_to)
    ]
    assert await announced_topics(answer) == [("member.updated", world.id("pU"))]
    assert await served_customers(clients, world, world.pU) == set()


async def test_the_same_once_more_changes_nothing(world: World, clients: Clients):
    await switched_on(clients, world)
    before = await snapshot()

    answer = await set_(clients, switch(world, rights=["VIEW", "MANAGE_PRODUCTS"]), world.pL)

    assert answer.data["setFutureCustomers"]["membership"]["version"] == 2
    assert await snapshot() == before


@pytest.mark.parametrize("way", ["invitation", "request", "by e-mail"])
async def test_employees_serve_a_new_customer_from_its_first_day(world: World, clients: Clients, way: str):
    await switched_on(clients, world)

    answer = await begin(world, clients, way)

    partnership = (await EmployeeAssignment.get(membership_id=world.pU.membership.id)).partnership_id
    made = await EmployeeAssignment.get(partnership_id=partnership)
    assert (made.membership_id, made.rights, made.ended_at) == (world.pU.membership.id, VIEW_AND_MANAGE, None)
    customer = world.borea if way == "by e-mail" else world.delta
    expected = act("assignment.made", made, None, world.nova, on_behalf_of=customer, after=audited_terms(made))
    assert [one for one in await acts(answer) if one["action"] == "assignment.made"] == [expected]
    assert [topic for topic, _ in await announced_topics(answer)].count("assignment.made") == 1
    assert await served_customers(clients, world, world.pU) == {customer.name}
    assert customer.name not in await served_customers(clients, world, world.pE)


async def begin(world: World, clients: Clients, way: str) -> Answer:
    """Another partnership of Nova begins."""
    access = limited_access((world.id("deltaic"), ["TECHNICAL"]))
    if way == "invitation":
        await request(world.invitation, world.deltaic, [])
        answer = await clients.change("acceptInvitation", {"partnershipId": world.id("invitation")}, as_=world.pL)
    elif way == "request":
        asked = await asked_by_nova(world)
        world.rows["asked by nova"] = asked
        input = {"partnershipId": world.id("asked by nova"), "access": access}
        answer = await clients.change("acceptRequest", input, as_=world.dL)
    else:
        await end_complete(world, clients)
        await customer_invitation(world.nova, world.bL.user.email, "nova asks", now=world.now)
        input = {"customerId": world.id("borea"), "token": "nova asks", "access": complete()}
        answer = await clients.change("acceptCustomerInvitation", input, as_=world.bL)
    (payload,) = answer.data.values()
    assert payload["userErrors"] == []
    return answer


async def end_complete(world: World, clients: Clients) -> None:
    """Borea ends what it has with Nova, with all assignments."""
    input = {"partnershipId": world.id("complete"), "confirmation": "Borea", "reason": "OTHER"}
    answer = await clients.change("terminatePartnership", input, as_=world.bL)
    assert answer.data["terminatePartnership"]["userErrors"] == []


async def test_an_employee_who_was_switched_off_again_serves_only_assigned_customers(world: World, clients: Clients):
    await switched_on(clients, world)
    answer = await set_(clients, switch(world, on=False), world.pL)

    await begin(world, clients, "invitation")

    shown = {"id": world.id("pU"), "includeFutureCustomers": False, "futureCustomerRights": None, "version": 3}
    assert answer.data["setFutureCustomers"]["membership"] == shown
    assert await served_customers(clients, world, world.pU) == set()


async def test_the_switch_goes_with_the_role_and_with_the_membership(world: World, clients: Clients):
    await switched_on(clients, world)
    await set_(clients, switch(world, "pE"), world.pL)

    raised = {"membershipId": world.id("pU"), "role": "ADMINISTRATOR"}
    answer = await clients.change("changeMemberRole", raised, as_=world.pL)
    await clients.change("removeMember", {"membershipId": world.id("pE")}, as_=world.pL)

    assert [await future_rights(world.pU), await future_rights(world.pE)] == [None, None]
    (event,) = [one for one in await acts(answer) if one["action"] == "member.role_changed"]
    assert event["before"]["future_customer_rights"] == VIEW_AND_MANAGE
    assert "future_customer_rights" not in event["after"]
    await begin(world, clients, "invitation")
    assert await EmployeeAssignment.filter(membership_id=world.pE.membership.id, ended_at__isnull=True).count() == 0


async def test_rights_belong_to_customers_that_are_included(world: World, clients: Clients):
    answer = await collect_refusals(
        clients, "setFutureCustomers", switch(world, on=False, rights=["ORDER"]), as_=world.pL
    )

    said = "Leave out the rights if future customers are not included."
    assert answer == [("VALIDATION_FAILED", said, ["input", "rights"])]


@pytest.mark.parametrize("member", ["pA", "pL"])
async def test_a_leader_of_the_partner_needs_no_switch(world: World, clients: Clients, member: str):
    answer = await collect_refusals(clients, "setFutureCustomers", switch(world, member), as_=world.pL)

    said = "Only active employees of the partner can be assigned to a customer."
    assert answer == [("NOT_AN_EMPLOYEE", said, ["input", "membershipId"])]


async def test_only_leaders_of_the_partner_decide(world: World, clients: Clients):
    input = switch(world, "pE")

    assert await catch_denial(clients, "setFutureCustomers", input, as_=world.pE) == missing("ASSIGN_FUTURE_CUSTOMERS")
    await check_id(clients, "setFutureCustomers", input, "membershipId", foreign=world.qE.membership, as_=world.pL)


async def test_a_token_for_some_customers_says_nothing_about_future_ones(world: World, clients: Clients):
    await catch_denial(clients, "setFutureCustomers", switch(world), as_=world.tokens["only_borea"])

    assert await future_rights(world.pU) is None
