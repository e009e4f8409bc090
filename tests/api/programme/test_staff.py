"""What may the programme's staff do, and what is recorded of each action (S1.8, S5, E8)?"""

from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import LegalEntityType, PartnerStatus
from server.domain.rights import Role
from server.models import AuditEvent, EmployeeAssignment, Membership, Organisation, OutboxMessage, Partnership, User
from tests.api.people.members import stale
from tests.api.refusals import catch_denial, collect_refusals, missing, not_found
from tests.api.traces import acts, announced_topics
from tests.clients import Clients
from tests.rows import Person
from tests.snapshots import snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

ORGANISATION = "organisation { name partnerStatus isPartner version } userErrors { code message field }"
PARTNERSHIP = "partnership { status version } userErrors { code message field }"


@pytest.fixture
def staff(world: World) -> Person:
    """Corvo's legal representative also works for the programme."""
    return world.kL


async def products_of_alpina(clients: Clients, world: World, who: Person) -> int:
    query = "query($id: ID!) { node(id: $id) { ... on Organisation { products { totalCount } } } }"
    answer = await clients.ask(query, {"id": world.id("alpina")}, as_=who)
    return 0 if answer.errors else answer.data["node"]["products"]["totalCount"]


# Rule S5.3
async def test_staff_admit_a_company(world: World, clients: Clients, staff: Person):
    input = {"organisationId": world.id("delta"), "reason": " Extract seen ", "expectedVersion": 1}

    answer = await clients.change("approvePartner", input, ORGANISATION, as_=staff)

    assert answer.data["approvePartner"] == {
        "organisation": {"name": "Delta", "partnerStatus": "APPROVED", "isPartner": True, "version": 2},
        "userErrors": [],
    }
    (event,) = await acts(answer)
    assert (event["action"], event["actor_id"], event["acting_organisation_id"], event["on_behalf_of_id"]) == (
        "application.approved",
        staff.user.id,
        None,
        world.delta.id,
    )
    assert (event["before"], event["after"]) == (
        {"partner_status": None},
        {"partner_status": "APPROVED", "reason": "Extract seen"},
    )
    assert await announced_topics(answer) == [("application.approved", world.id("delta"))]


# Rules R2, R12, E10
async def test_an_applicant_that_is_not_a_company_or_is_an_affiliate_is_not_admitted(
    world: World, clients: Clients, staff: Person
):
    await Organisation.filter(id=world.delta.id).update(legal_entity_type=LegalEntityType.INDIVIDUAL, is_affiliate=True)
    input = {"organisationId": world.id("delta"), "reason": "Asked"}

    assert [code for code, _, _ in await collect_refusals(clients, "approvePartner", input, as_=staff)] == [
        "NOT_A_COMPANY",
        "PARTNER_IS_AFFILIATE",
    ]
    again = {"organisationId": world.id("nova"), "reason": "Asked"}
    assert [code for code, _, _ in await collect_refusals(clients, "approvePartner", again, as_=staff)] == [
        "VALIDATION_FAILED"
    ]


# Rules S5.7, E9
async def test_a_suspended_partner_keeps_its_customers_and_is_listed_no_more(
    world: World, clients: Clients, staff: Person
):
    before = await products_of_alpina(clients, world, world.pL)
    input = {"organisationId": world.id("nova"), "reason": "Turnover"}

    answer = await clients.change("suspendPartner", input, ORGANISATION, as_=staff)

    assert answer.data["suspendPartner"]["organisation"]["partnerStatus"] == "SUSPENDED"
    assert await products_of_alpina(clients, world, world.pL) == before == 2
    listed = await clients.ask("{ partners { nodes { name } } }")
    assert listed.data["partners"]["nodes"] == []
    again = await collect_refusals(clients, "suspendPartner", input, as_=staff)
    assert [code for code, _, _ in again] == ["PARTNER_NOT_APPROVED"]
    await clients.change("approvePartner", input, ORGANISATION, as_=staff)
    assert (await Organisation.get(id=world.nova.id)).partner_status is PartnerStatus.APPROVED


# Rule S1.8
async def test_a_suspended_partnership_gives_no_access_until_it_is_resumed(
    world: World, clients: Clients, staff: Person
):
    input = {"partnershipId": world.id("limited"), "reason": "A complaint"}

    answer = await clients.change("suspendPartnership", input, PARTNERSHIP, as_=staff)

    assert answer.data["suspendPartnership"]["partnership"] == {"status": "SUSPENDED", "version": 2}
    assert [await products_of_alpina(clients, world, who) for who in (world.pL, world.pE)] == [0, 0]
    assert await announced_topics(answer) == [("partnership.suspended", world.id("limited"))]
    resumed = await clients.change("resumePartnership", input, PARTNERSHIP, as_=staff)
    assert resumed.data["resumePartnership"]["partnership"] == {"status": "ACTIVE", "version": 3}
    assert await products_of_alpina(clients, world, world.pL) == 2


# Rule S1.8
async def test_a_partnership_that_another_has_replaced_is_not_resumed(world: World, clients: Clients, staff: Person):
    await Partnership.filter(id=world.complete.id).update(status=PartnershipStatus.SUSPENDED)
    await Partnership.create(
        **(await Partnership.filter(id=world.limited.id).values())[0]
        | {"id": world.by_email.id, "customer_id": world.borea.id, "partner_id": world.rival.id}
    )

    answer = await collect_refusals(
        clients, "resumePartnership", {"partnershipId": world.id("complete"), "reason": "Settled"}, as_=staff
    )

    assert [code for code, _, _ in answer] == ["LIMITED_PARTNER_EXISTS"]


@pytest.mark.parametrize("mutation", ["suspendPartnership", "resumePartnership"])
async def test_only_an_active_partnership_is_suspended_and_only_a_suspended_one_resumed(
    world: World, clients: Clients, staff: Person, mutation: str
):
    name = "asked" if mutation == "suspendPartnership" else "limited"

    answer = await collect_refusals(clients, mutation, {"partnershipId": world.id(name), "reason": "x"}, as_=staff)

    assert [code for code, _, _ in answer] == ["PARTNERSHIP_NOT_ACTIVE"]


# Rule E8
async def test_staff_give_an_organisation_a_legal_representative(world: World, clients: Clients, staff: Person):
    input = {"organisationId": world.id("delta"), "email": world.cE.user.email.upper(), "reason": "Documents seen"}

    answer = await clients.change("recoverOrganisation", input, ORGANISATION, as_=staff)

    assert answer.data["recoverOrganisation"]["userErrors"] == []
    found = await Membership.get(user_id=world.cE.user.id, organisation_id=world.delta.id)
    assert (found.role, found.status) == ("LEGAL_REPRESENTATIVE", MembershipStatus.ACTIVE)
    mine = await clients.ask("{ viewer { organisations { nodes { name } } } }", as_=world.cE)
    assert [node["name"] for node in mine.data["viewer"]["organisations"]["nodes"]] == ["Alpina", "Delta"]
    again = input | {"organisationId": world.id("alpina")}
    await clients.change("recoverOrganisation", again, ORGANISATION, as_=staff)
    raised = await Membership.get(id=world.cE.membership.id)
    assert (raised.role, raised.version) == ("LEGAL_REPRESENTATIVE", 2)
    assert await catch_denial(
        clients, "recoverOrganisation", input | {"email": "nobody@example.com"}, as_=staff
    ) == not_found("input", "email")


async def test_what_came_with_a_members_role_ends_when_staff_change_the_role(
    world: World, clients: Clients, staff: Person
):
    input = {"organisationId": world.id("nova"), "email": world.pE.user.email, "reason": "Documents seen"}
    await Membership.filter(id=world.pE.membership.id).update(can_manage_billing=True)

    answer = await clients.change("recoverOrganisation", input, ORGANISATION, as_=staff)

    assert answer.data["recoverOrganisation"]["userErrors"] == []
    assert await EmployeeAssignment.filter(membership_id=world.pE.membership.id, ended_at__isnull=True).count() == 0
    assert (await Membership.get(id=world.pE.membership.id)).can_manage_billing is False
    (event,) = await acts(answer)
    assert event["after"]["assignments"] == [world.assignment.id.hex, world.complete_assignment.id.hex]
    message = await OutboxMessage.get(topic="member.role_changed")
    assert (message.payload["before"], message.payload["after"]) == ("EMPLOYEE", "LEGAL_REPRESENTATIVE")


@pytest.mark.parametrize(
    ("mutation", "input"),
    [
        ("approvePartner", {"organisationId": "delta"}),
        ("suspendPartner", {"organisationId": "nova"}),
        ("suspendPartnership", {"partnershipId": "limited"}),
        ("resumePartnership", {"partnershipId": "limited"}),
        ("recoverOrganisation", {"organisationId": "delta", "email": "bl@home.example"}),
    ],
)
async def test_each_staff_action_needs_a_reason_a_recent_password_and_a_member_of_the_staff(
    world: World, clients: Clients, staff: Person, mutation: str, input: dict[str, Any]
):
    asked = {name: value if name == "email" else world.id(value) for name, value in input.items()}
    for reason in ("", "  ", "x" * 1_001):
        answer = await collect_refusals(clients, mutation, asked | {"reason": reason}, as_=staff)
        assert [(code, field) for code, _, field in answer] == [("VALIDATION_FAILED", ["input", "reason"])]

    await stale(staff, world)
    assert (await catch_denial(clients, mutation, asked | {"reason": "x"}, as_=staff))["code"] == "SUDO_REQUIRED"

    await User.filter(id=staff.user.id).update(is_staff=False)
    before = await snapshot()
    assert await catch_denial(clients, mutation, asked | {"reason": "x"}, as_=staff) == missing("ADMINISTER_PROGRAMME")
    assert await snapshot() == before
    assert await AuditEvent.filter(actor_id=staff.user.id).count() == 0


async def test_a_suspended_partner_is_listed_no_longer(world: World, engine_clients: Clients):
    input = {"organisationId": world.id("nova"), "reason": "Turnover"}

    await engine_clients.change("suspendPartner", input, as_=world.kL)

    assert not (await Organisation.get(id=world.nova.id)).is_listed_partner


async def test_a_former_member_comes_back_by_a_membership_of_their_own(world: World, engine_clients: Clients):
    former = Membership.filter(id=world.cA.membership.id)
    await former.update(status=MembershipStatus.REMOVED)
    (before,) = await former.values()
    input = {"organisationId": world.id("alpina"), "email": world.cA.user.email, "reason": "Documents"}

    await engine_clients.change("recoverOrganisation", input, as_=world.kL)

    assert await former.values() == [before]
    now = await Membership.get(user_id=world.cA.user.id, status=MembershipStatus.ACTIVE)
    assert (now.organisation_id, now.role) == (world.alpina.id, Role.LEGAL_REPRESENTATIVE)
