"""What does `viewer` say about the person who asks, and what does a deep question cost?"""

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.rights import NEVER_BY_TOKEN, AssignmentRight, ProductRight, Right, Role, Scope
from server.models import EmployeeAssignment, Membership
from server.resolvers import ids
from tests.rows import Person, grant, organisation, partnership, person, product, token
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres

VIEWER = """{ viewer {
    user { id firstName lastName email locale }
    token { id name lastFour scopes owner { id } organisation { id } customers { name } revokedAt }
    organisations { nodes { name viewerRole viewerRights } totalCount }
} }"""
ORGANISATIONS = "{ viewer { organisations { nodes { name viewerRole } totalCount } } }"

CUSTOMER_LEADER = [
    "VIEW_ORGANISATION_DETAILS",
    "VIEW_MEMBERS",
    "VIEW_PRODUCTS",
    "VIEW_PARTNERSHIPS",
    "VIEW_MANAGED_CUSTOMERS",
    "INVITE_PARTNER",
    "REQUEST_CUSTOMER",
    "MANAGE_MEMBERS",
    "REMOVE_MEMBERS",
    "MANAGE_LEGAL_REPRESENTATIVES",
    "MANAGE_TEAMS",
    "GRANT_OWN_PRODUCTS",
    "LEAVE_ORGANISATION",
    "SET_EMAIL_WISHES",
    "ASSIGN_FUTURE_CUSTOMERS",
    "VIEW_API_TOKENS",
    "CREATE_API_TOKEN",
    "REVOKE_API_TOKEN",
    "VIEW_AUDIT_LOG",
    "VIEW_PARTNER_ACTIVITY",
    "REVIEW_ACCESS",
    "EXCLUDE_API_TOKEN",
    "CREATE_EXPORT",
]


async def test_viewer_is_null_if_nobody_is_signed_in(world, clients):
    assert (await clients.ask(VIEWER)).data == {"viewer": None}


async def test_a_person_sees_themselves_and_their_organisation(world, clients):
    answer = await clients.ask(VIEWER, as_=world.cL)

    assert answer.data["viewer"] == {
        "user": {
            "id": ids.encode(world.cL.user),
            "firstName": "cL",
            "lastName": "Alpina",
            "email": "cl@alpina.example",
            "locale": "en_GB",
        },
        "token": None,
        "organisations": {
            "nodes": [
                {"name": "Alpina", "viewerRole": "LEGAL_REPRESENTATIVE", "viewerRights": CUSTOMER_LEADER},
            ],
            "totalCount": 1,
        },
    }


async def test_a_token_shows_itself_and_keeps_what_only_people_may_do(world, clients):
    answer = await clients.ask(VIEWER, as_=world.tokens["only_borea"])

    user, organisation = ids.encode(world.pL.user), world.id("nova")
    assert answer.data["viewer"] == {
        "user": {"id": user, "firstName": "pL", "lastName": "Nova", "email": "pl@nova.example", "locale": "en_GB"},
        "token": {
            "id": world.id("token_only_borea"),
            "name": "a tool",
            "lastFour": world.tokens["only_borea"][-4:],
            "scopes": [scope.name for scope in Scope],
            "owner": {"id": user},
            "organisation": {"id": organisation},
            "customers": [{"name": "Borea"}],
            "revokedAt": None,
        },
        "organisations": {
            "nodes": [
                {
                    "name": "Nova",
                    "viewerRole": "LEGAL_REPRESENTATIVE",
                    "viewerRights": [right for right in CUSTOMER_LEADER if Right(right) not in NEVER_BY_TOKEN],
                }
            ],
            "totalCount": 1,
        },
    }


async def test_a_member_of_two_organisations_sees_both_by_name_and_their_token_one(world, clients):
    await _join(world.pL, world.rival.id, Role.EMPLOYEE)

    person = await clients.ask(ORGANISATIONS, as_=world.pL)
    program = await clients.ask(ORGANISATIONS, as_=world.tokens["pL"])

    nova = {"name": "Nova", "viewerRole": "LEGAL_REPRESENTATIVE"}
    assert person.data["viewer"]["organisations"] == {
        "nodes": [nova, {"name": "Rival", "viewerRole": "EMPLOYEE"}],
        "totalCount": 2,
    }
    assert program.data["viewer"]["organisations"] == {"nodes": [nova], "totalCount": 1}


async def test_a_token_that_may_not_read_organisations_shows_none(world, clients):
    _, secret = await token(world.cL, [Scope.PRODUCTS_READ], [], now=world.now)

    answer = await clients.ask(ORGANISATIONS, as_=secret)

    assert answer.data["viewer"]["organisations"] == {"nodes": [], "totalCount": 0}


@pytest.mark.parametrize("status", [MembershipStatus.INVITED, MembershipStatus.REMOVED])
async def test_somebody_without_an_active_membership_has_no_organisation(world, clients, status):
    await Membership.filter(id=world.cE.membership.id).update(status=status)

    answer = await clients.ask(ORGANISATIONS, as_=world.cE)

    assert answer.data["viewer"]["organisations"] == {"nodes": [], "totalCount": 0}


DEEP = """{ viewer { user { email } organisations(first: 5) { totalCount nodes {
    name
    members(first: 20) { nodes { role user { email } } }
    apiTokens(first: 20) { nodes { name owner { email } customers { name } } }
    managedCustomers(first: 20) { totalCount edges {
        partnership {
            status viewerRights
            productAccesses(first: 5) { nodes { product { customerName } } }
            assignments(first: 5) { nodes { member { user { email } } } }
        }
        node {
            name viewerRights
            products(first: 5) { totalCount nodes { customerName viewerRights organisation { name } } }
        }
    } }
} } } }"""


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(world, resolver_clients):
    with collect_statements() as with_few:
        few = await resolver_clients.ask(DEEP, as_=world.pL)
    await _grow(world)
    with collect_statements() as with_many:
        many = await resolver_clients.ask(DEEP, as_=world.pL)

    assert _rows(many.data) > 5 * _rows(few.data)
    assert len(with_many) == len(with_few)
    assert len(with_few) < 30


async def _grow(world: World) -> None:
    """Two more partners that pL leads; each of the three with more members, tokens, customers, products."""
    others = [await organisation(name, partner_status="APPROVED") for name in ("Second", "Other")]
    for place, partner in enumerate([world.nova, *others]):
        if place:
            await _join(world.pL, partner.id, Role.LEGAL_REPRESENTATIVE)
        employees = [await person(f"m{number}", partner, Role.EMPLOYEE, world.now) for number in range(3)]
        for number in range(6):
            customer = await organisation(f"Customer {number} of {partner.name}")
            served = await partnership(customer, partner, "PARTNER" if number % 2 else None, now=world.now)
            for of in range(5):
                owned = await product(f"product {of}", customer)
                await grant(served, owned, [ProductRight.TECHNICAL])
            for employee in employees:
                await _assign(employee, served.id, world)
            await token(employees[0], [Scope.PRODUCTS_READ], [customer], now=world.now)


async def _assign(employee: Person, partnership_id: object, world: World) -> None:
    await EmployeeAssignment.create(
        membership_id=employee.membership.id,
        partnership_id=partnership_id,
        rights=[AssignmentRight.VIEW],
        assigned_at=world.now,
    )


async def _join(someone: Person, organisation_id: object, role: Role) -> None:
    await Membership.create(
        user_id=someone.user.id, organisation_id=organisation_id, role=role, status=MembershipStatus.ACTIVE
    )


def _rows(answer: object) -> int:
    """How many objects an answer has."""
    if isinstance(answer, dict):
        return 1 + sum(_rows(value) for value in answer.values())
    return sum(_rows(value) for value in answer) if isinstance(answer, list) else 0
