"""What does an organisation show to whom, and which customers, partners and members does it list?"""

from datetime import timedelta

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.models import Membership, Organisation, Partnership

pytestmark = pytest.mark.postgres
ORGANISATION = """query($id: ID!) { organisation(id: $id) {
    id name country currency partnerStatus isPartner version viewerRole viewerRights
    legalName legalEntityType postalAddress { street postcode city region country } registrationNumber { scheme value }
} }"""
DETAILS = {
    "legalName": "Alpina Ltd",
    "legalEntityType": "COMPANY",
    "postalAddress": {
        "street": "Long street 1",
        "postcode": "1200",
        "city": "Town",
        "region": None,
        "country": "CH",
    },
    "registrationNumber": {"scheme": "OTHER_REGISTER", "value": "HRB1234"},
}
WITHHELD = dict.fromkeys(DETAILS)


def _organisation_node(world, name, country="CH", partner_status=None, **rest):
    return {
        "id": world.id(name),
        "name": name.capitalize(),
        "country": country,
        "currency": "CHF" if country == "CH" else "EUR",
        "partnerStatus": partner_status,
        "isPartner": partner_status is not None,
        "version": 1,
    } | rest


async def test_a_customer_shows_everything_to_its_leaders(world, clients):
    answer = await clients.ask(ORGANISATION, {"id": world.id("alpina")}, as_=world.cA)

    rights = [
        "VIEW_ORGANISATION_DETAILS",
        "VIEW_MEMBERS",
        "VIEW_PRODUCTS",
        "VIEW_PARTNERSHIPS",
        "VIEW_MANAGED_CUSTOMERS",
        "MANAGE_MEMBERS",
        "REMOVE_MEMBERS",
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
        "CREATE_EXPORT",
    ]
    shown = _organisation_node(world, "alpina", viewerRole="ADMINISTRATOR", viewerRights=rights)
    assert answer.data["organisation"] == shown | DETAILS


@pytest.mark.parametrize(
    ("who", "role", "rights"),
    [
        (
            "cE",
            "EMPLOYEE",
            [
                "VIEW_PRODUCTS",
                "VIEW_MANAGED_CUSTOMERS",
                "LEAVE_ORGANISATION",
                "SET_EMAIL_WISHES",
                "VIEW_AUDIT_LOG",
                "CREATE_EXPORT",
            ],
        ),
        ("cX", "EXTERNAL", ["VIEW_PRODUCTS", "LEAVE_ORGANISATION", "SET_EMAIL_WISHES"]),
        ("pL", None, ["VIEW_PRODUCTS"]),
        ("pE", None, ["VIEW_PRODUCTS"]),
        ("qL", None, ["VIEW_PRODUCTS"]),
    ],
)
async def test_a_customer_withholds_its_details_from_other_members_and_partners(world, clients, who, role, rights):
    answer = await clients.ask(ORGANISATION, {"id": world.id("alpina")}, as_=world.people[who])

    assert (
        answer.data["organisation"]
        == _organisation_node(world, "alpina", viewerRole=role, viewerRights=rights) | WITHHELD
    )


@pytest.mark.parametrize(
    ("partner", "country", "status"),
    [("nova", "CH", "APPROVED"), ("rival", "FR", "APPROVED"), ("third", "CH", "AT_RISK")],
)
async def test_a_partner_shows_its_name_and_no_details_to_strangers(world, clients, partner, country, status):
    answer = await clients.ask(ORGANISATION, {"id": world.id(partner)}, as_=world.dL if partner != "nova" else world.qE)

    shown = _organisation_node(world, partner, country, status, viewerRole=None, viewerRights=[])
    assert answer.data["organisation"] == shown | WITHHELD


@pytest.mark.parametrize("status", [PartnerStatus.SUSPENDED, PartnerStatus.REVOKED, PartnerStatus.LEFT])
async def test_a_former_partner_is_not_found_by_strangers_and_found_by_its_customers(world, clients, status):
    await Organisation.filter(id=world.nova.id).update(partner_status=status)
    query = "query($id: ID!) { organisation(id: $id) { name partnerStatus isPartner } }"

    stranger = await clients.ask(query, {"id": world.id("nova")}, as_=world.qE)
    customer = await clients.ask(query, {"id": world.id("nova")}, as_=world.bL)

    assert stranger.code == "NOT_FOUND"
    assert customer.data["organisation"] == {"name": "Nova", "partnerStatus": status.value, "isPartner": False}


MEMBERS = """query($id: ID!) { organisation(id: $id) { members { totalCount nodes {
    id role status user { firstName email } organisation { name }
} } } }"""


async def test_a_leader_sees_all_members_those_who_left_without_their_name(world, clients):
    await Membership.filter(id=world.cE.membership.id).update(status=MembershipStatus.REMOVED)

    answer = await clients.ask(MEMBERS, {"id": world.id("alpina")}, as_=world.cA)

    def member(name, role, status="ACTIVE"):
        user = {"firstName": name, "email": f"{name.lower()}@alpina.example"} if status == "ACTIVE" else None
        return {
            "id": world.id(name),
            "role": role,
            "status": status,
            "user": user,
            "organisation": {"name": "Alpina"},
        }

    assert answer.data["organisation"]["members"] == {
        "totalCount": 4,
        "nodes": [
            member("cL", "LEGAL_REPRESENTATIVE"),
            member("cA", "ADMINISTRATOR"),
            member("cE", "EMPLOYEE", "REMOVED"),
            member("cX", "EXTERNAL"),
        ],
    }


def _partnerships(field, arguments=""):
    return f"""query($id: ID!) {{ organisation(id: $id) {{ {field}{arguments} {{ totalCount nodes {{
        customer {{ name }} partner {{ name }} accessType paymentMode status
    }} }} }} }}"""


def _through(customer, partner, access="LIMITED", mode=None, status="ACTIVE"):
    return {
        "customer": {"name": customer},
        "partner": {"name": partner},
        "accessType": access,
        "paymentMode": mode,
        "status": status,
    }


ALPINA = _through("Alpina", "Nova")
BOREA = _through("Borea", "Nova", "COMPLETE", "CUSTOMER")
CORVO = _through("Corvo", "Nova", "COMPLETE", "PARTNER")
DELTA = _through("Delta", "Nova", "COMPLETE", "CUSTOMER", "INVITED")
THIRD = _through("Third", "Nova", status="INVITED")


async def test_a_customer_sees_its_partners_and_not_what_they_do_elsewhere(world, clients):
    answer = await clients.ask(_partnerships("partnerships"), {"id": world.id("alpina")}, as_=world.cL)

    assert answer.data["organisation"]["partnerships"] == {
        "totalCount": 3,
        "nodes": [ALPINA, _through("Alpina", "Rival"), _through("Alpina", "Third", status="INVITED")],
    }


@pytest.mark.parametrize(
    ("who", "arguments", "found"),
    [
        ("pL", "", [ALPINA, BOREA, CORVO, DELTA, THIRD]),
        ("pA", "(filter: {status: INVITED})", [DELTA, THIRD]),
        ("pL", "(filter: {accessType: COMPLETE})", [BOREA, CORVO, DELTA]),
        ("pL", "(filter: {accessType: COMPLETE, status: ACTIVE})", [BOREA, CORVO]),
        ("pL", "(filter: {status: EXPIRED})", []),
        ("pL", "(filter: null)", [ALPINA, BOREA, CORVO, DELTA, THIRD]),
        ("pE", "", [ALPINA, BOREA]),
        ("pU", "", []),
    ],
)
async def test_a_partner_sees_the_partnerships_of_its_customers(world, clients, who, arguments, found):
    query = _partnerships("customerPartnerships", arguments)

    answer = await clients.ask(query, {"id": world.id("nova")}, as_=world.people[who])

    assert answer.data["organisation"]["customerPartnerships"] == {"totalCount": len(found), "nodes": found}


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_partnerships_are_in_the_order_of_their_invitations(world, clients, direction):
    for days, name in enumerate(("wooed", "complete", "invitation", "limited", "partner_pays")):
        await Partnership.filter(id=world.rows[name].id).update(invited_at=world.now - timedelta(days=days))
    order = f"(orderBy: {{field: INVITED_AT, direction: {direction}}})"

    answer = await clients.ask(_partnerships("customerPartnerships", order), {"id": world.id("nova")}, as_=world.pL)

    oldest_first = [CORVO, ALPINA, DELTA, BOREA, THIRD]
    found = answer.data["organisation"]["customerPartnerships"]["nodes"]
    assert found == (oldest_first if direction == "ASC" else oldest_first[::-1])
