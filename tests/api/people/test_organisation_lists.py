"""Which customers and partners are listed, in which order, and how are they searched?"""

from datetime import timedelta

import pytest

from server.domain.people.organisations import PartnerStatus
from server.models import Partnership
from tests.api.searches import NAMES, check_search
from tests.rows import organisation, partnership

pytestmark = pytest.mark.postgres


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


# Rule E25
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
