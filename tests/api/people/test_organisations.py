"""What does an organisation show to whom, and which customers, partners and members does it list?"""

from datetime import timedelta

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.models import Membership, Organisation, Partnership
from tests.api.searches import NAMES, check_search
from tests.world import organisation, partnership

pytestmark = pytest.mark.database

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


def _customers(arguments=""):
    return f"""query($id: ID!) {{ organisation(id: $id) {{ managedCustomers{arguments} {{
        totalCount nodes {{ name }} edges {{ node {{ name }} partnership {{ id accessType paymentMode }} }}
    }} }} }}"""


async def test_a_managed_customer_comes_with_its_partnership(world, clients):
    answer = await clients.ask(_customers(), {"id": world.id("nova")}, as_=world.pL)

    def edge(name, through, access, mode=None):
        partnership = {"id": world.id(through), "accessType": access, "paymentMode": mode}
        return {"node": {"name": name}, "partnership": partnership}

    assert answer.data["organisation"]["managedCustomers"] == {
        "totalCount": 3,
        "nodes": [{"name": "Alpina"}, {"name": "Borea"}, {"name": "Corvo"}],
        "edges": [
            edge("Alpina", "limited", "LIMITED"),
            edge("Borea", "complete", "COMPLETE", "CUSTOMER"),
            edge("Corvo", "partner_pays", "COMPLETE", "PARTNER"),
        ],
    }


async def _names(world, clients, arguments="", who="pL"):
    """The names of Nova's customers. Asserts that nodes, edges and the count agree."""
    answer = await clients.ask(_customers(arguments), {"id": world.id("nova")}, as_=world.people[who])
    found = answer.data["organisation"]["managedCustomers"]
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["name"] for node in found["nodes"]]


@pytest.mark.parametrize(
    ("who", "arguments", "names"),
    [
        ("pL", "(filter: {accessType: LIMITED})", ["Alpina"]),
        ("pL", "(filter: {accessType: COMPLETE})", ["Borea", "Corvo"]),
        ("pL", "(filter: {paymentMode: CUSTOMER})", ["Borea"]),
        ("pL", "(filter: {paymentMode: PARTNER})", ["Corvo"]),
        ("pL", "(filter: {accessType: LIMITED, paymentMode: PARTNER})", []),
        ("pL", '(filter: {accessType: COMPLETE, search: "B"})', ["Borea"]),
        ("pL", '(filter: {search: "delta"})', []),
        ("pL", '(filter: {search: "", accessType: null})', ["Alpina", "Borea", "Corvo"]),
        ("pE", "", ["Alpina", "Borea"]),
        ("pU", "", []),
    ],
)
async def test_managed_customers_are_narrowed(world, clients, who, arguments, names):
    assert await _names(world, clients, arguments, who) == names


async def test_managed_customers_are_searched_without_case_and_accents(world, clients):
    for name in NAMES:
        await partnership(await organisation(name), world.nova, now=world.now)

    async def find_partners(text):
        query = """query($id: ID!, $text: String) { organisation(id: $id) {
            managedCustomers(filter: {search: $text}) { nodes { name } }
        } }"""
        answer = await clients.ask(query, {"id": world.id("nova"), "text": text}, as_=world.pL)
        return [node["name"] for node in answer.data["organisation"]["managedCustomers"]["nodes"]]

    await check_search(find_partners)


async def test_managed_customers_are_ordered_by_name_or_since_when(world, clients):
    for days, name in enumerate(("complete", "limited", "partner_pays")):
        await Partnership.filter(id=world.rows[name].id).update(activated_at=world.now - timedelta(days=days))
    await partnership(await organisation("álpine", "FR"), world.nova, now=world.now + timedelta(days=1))

    async def ordered_names(field, direction):
        return await _names(world, clients, f"(orderBy: {{field: {field}, direction: {direction}}})")

    by_name, by_since = ["Alpina", "álpine", "Borea", "Corvo"], ["Corvo", "Alpina", "Borea", "álpine"]
    assert await _names(world, clients, "(orderBy: {field: NAME})") == by_name
    assert await ordered_names("NAME", "ASC") == by_name
    assert await ordered_names("NAME", "DESC") == by_name[::-1]
    assert await ordered_names("SINCE", "ASC") == by_since
    assert await ordered_names("SINCE", "DESC") == by_since[::-1]


PARTNERS = "query($text: String) { partners(filter: {search: $text}) { totalCount nodes { name } } }"


async def test_partners_are_those_listed_and_approved_for_everybody(world, clients):
    await organisation("Zenith", partner_status=PartnerStatus.AT_RISK, is_listed_partner=True)
    await organisation("Gone", partner_status=PartnerStatus.LEFT, is_listed_partner=True)
    await organisation("Hidden", partner_status=PartnerStatus.APPROVED)

    answers = [await clients.ask(PARTNERS, as_=asker) for asker in (None, world.qL, world.tokens["products"])]

    listed = {"totalCount": 2, "nodes": [{"name": "Nova"}, {"name": "Zenith"}]}
    assert [answer.data["partners"] for answer in answers] == [listed, listed, listed]


async def test_partners_are_searched_without_case_and_accents(world, clients):
    for name in NAMES:
        await organisation(name, partner_status=PartnerStatus.APPROVED, is_listed_partner=True)

    async def find_customers(text):
        answer = await clients.ask(PARTNERS, {"text": text})
        return [node["name"] for node in answer.data["partners"]["nodes"]]

    await check_search(find_customers)
