"""Which products does an organisation list, and what may somebody who sees one do with it?"""

from datetime import timedelta

import pytest

from server.domain.products.products import ProductCategory, ProductState
from server.domain.rights import AssignmentRight, ProductRight, Scope
from server.models import EmployeeAssignment, Partnership, Product, ProductAccess
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.searches import NAMES, check_search
from tests.rows import product, token

pytestmark = pytest.mark.postgres

PRODUCT = """query($id: ID!) { product(id: $id) {
    id organisation { name } category serviceName customerName internalName publicPrice { amount currency } period
    expiresAt autoRenew state isLocked isTrial version viewerRights
} }"""
RIGHTS = "query($id: ID!) { product(id: $id) { viewerRights } }"
SEE, MANAGE, MEASURE = "VIEW_PRODUCT", "MANAGE_PRODUCT", "VIEW_STATISTICS"
LEADS = [SEE, MANAGE, MEASURE, "TERMINATE_PRODUCT", "ANSWER_PENDING_ACTION"]
SERVES = [SEE, MANAGE, MEASURE, "TERMINATE_PRODUCT", "WITHDRAW_PENDING_ACTION"]


def _products(arguments=""):
    return f"""query($id: ID!) {{ organisation(id: $id) {{ products{arguments} {{
        totalCount nodes {{ customerName }}
    }} }} }}"""


async def _names(world, clients, arguments="", who="cL", at="alpina"):
    """The names of the products that somebody sees in a list, which it counts right."""
    answer = await clients.ask(_products(arguments), {"id": world.id(at)}, as_=world.people[who])
    found = answer.data["organisation"]["products"]
    assert found["totalCount"] == len(found["nodes"])
    return [node["customerName"] for node in found["nodes"]]


async def test_a_product_shows_what_it_is_and_costs(world, clients):
    answer = await clients.ask(PRODUCT, {"id": world.id("corvine")}, as_=world.kL)

    row = await Product.get(id=world.corvine.id)
    assert answer.data["product"] == {
        "id": world.id("corvine"),
        "organisation": {"name": "Corvo"},
        "category": "WEB_HOSTING",
        "serviceName": "corvine.example",
        "customerName": "corvine",
        "internalName": "web corvine",
        "publicPrice": {"amount": "9.92", "currency": "EUR"},
        "period": "MONTH",
        "expiresAt": moment_text(row.expires_at),
        "autoRenew": True,
        "state": "ACTIVE",
        "isLocked": False,
        "isTrial": False,
        "version": 1,
        "viewerRights": LEADS,
    }


@pytest.mark.parametrize(
    ("who", "at", "names"),
    [
        ("cL", "alpina", ["granted", "kept", "rivals", "watched"]),
        ("cA", "alpina", ["granted", "kept", "rivals", "watched"]),
        ("cE", "alpina", []),
        ("cX", "alpina", []),
        ("pL", "alpina", ["granted", "watched"]),
        ("pE", "alpina", ["granted", "watched"]),
        ("qL", "alpina", ["rivals"]),
        ("pA", "borea", ["borean"]),
        ("pE", "borea", ["borean"]),
        ("pL", "corvo", ["corvine"]),
        ("pL", "nova", ["novan"]),
        ("pE", "nova", []),
    ],
)
async def test_everybody_sees_the_products_that_are_theirs_or_entrusted_to_them(world, clients, who, at, names):
    assert await _names(world, clients, who=who, at=at) == names


async def test_products_are_narrowed_by_category_state_and_search(world, clients):
    await Product.filter(id=world.granted.id).update(category=ProductCategory.MAIL)
    await Product.filter(id=world.kept.id).update(category=ProductCategory.MAIL, state=ProductState.SUSPENDED)

    for arguments, names in (
        ("filter: {category: MAIL}", ["granted", "kept"]),
        ("filter: {category: DOMAIN}", []),
        ("filter: {state: ACTIVE}", ["granted", "rivals", "watched"]),
        ("filter: {state: SUSPENDED}", ["kept"]),
        ("filter: {category: MAIL, state: ACTIVE}", ["granted"]),
        ('filter: {category: MAIL, search: "KEP"}', ["kept"]),
        ('filter: {category: MAIL, search: "watched"}', []),
        ('filter: {search: ""}', ["granted", "kept", "rivals", "watched"]),
        ("filter: {category: null, state: null, search: null}", ["granted", "kept", "rivals", "watched"]),
    ):
        assert await _names(world, clients, f"({arguments})") == names, arguments


async def test_a_filter_finds_nothing_that_is_hidden(world, clients):
    assert await _names(world, clients, '(filter: {search: "e"})', "pL") == ["granted", "watched"]
    assert await _names(world, clients, '(filter: {search: "kept"})', "pL") == []


async def test_products_are_searched_without_case_and_accents(world, clients):
    for name in NAMES:
        await product(name, world.alpina)

    async def find_names(text):
        query = """query($id: ID!, $text: String) { organisation(id: $id) {
            products(filter: {search: $text}) { nodes { customerName } }
        } }"""
        answer = await clients.ask(query, {"id": world.id("alpina"), "text": text}, as_=world.cL)
        return [node["customerName"] for node in answer.data["organisation"]["products"]["nodes"]]

    await check_search(find_names)


async def test_products_are_ordered_by_name_end_or_age(world, clients):
    for days, name in enumerate(("kept", "granted", "watched", "rivals")):
        moment = timedelta(days=days)
        changes = {"expires_at": world.now + moment, "created_at": world.now - moment}
        await Product.filter(id=world.rows[name].id).update(**changes)
    await product("Échelle", world.alpina, created_at=world.now + timedelta(days=9))

    async def ordered_names(field, direction):
        return await _names(world, clients, f"(orderBy: {{field: {field}, direction: {direction}}})")

    by_name = ["Échelle", "granted", "kept", "rivals", "watched"]
    by_end = ["kept", "granted", "watched", "rivals", "Échelle"]
    by_age = ["rivals", "watched", "granted", "kept", "Échelle"]
    assert await _names(world, clients) == by_name
    for field, names in (("NAME", by_name), ("EXPIRES_AT", by_end), ("CREATED_AT", by_age)):
        assert await ordered_names(field, "ASC") == names
        assert await ordered_names(field, "DESC") == names[::-1]


@pytest.mark.parametrize(
    ("who", "name", "rights"),
    [
        ("cL", "kept", LEADS),
        ("cA", "rivals", LEADS),
        ("pL", "granted", [SEE, MANAGE, MEASURE]),
        ("pA", "watched", [SEE, MEASURE]),
        ("pE", "granted", [SEE, MEASURE]),
        ("pE", "watched", [SEE, MEASURE]),
        ("pE", "borean", SERVES),
        ("qL", "rivals", [SEE, MANAGE, MEASURE]),
        ("pL", "borean", SERVES),
        ("pL", "corvine", SERVES),
    ],
)
async def test_a_product_says_what_the_viewer_may_do_with_it(world, clients, who, name, rights):
    answer = await clients.ask(RIGHTS, {"id": world.id(name)}, as_=world.people[who])

    assert answer.data == {"product": {"viewerRights": rights}}


@pytest.mark.parametrize(
    ("granted", "assigned", "rights"),
    [
        ([ProductRight.TECHNICAL], [AssignmentRight.MANAGE_PRODUCTS], [SEE, MANAGE]),
        ([ProductRight.TECHNICAL], [AssignmentRight.VIEW], [SEE]),
        ([ProductRight.STATISTICS], [AssignmentRight.MANAGE_PRODUCTS], [SEE]),
        (list(ProductRight), [AssignmentRight.ORDER], [SEE]),
        (list(ProductRight), [AssignmentRight.VIEW_INVOICES], [SEE]),
        (list(ProductRight), list(AssignmentRight), [SEE, MANAGE, MEASURE]),
    ],
)
async def test_an_employee_may_do_what_both_the_customer_and_the_partner_allow(
    world, clients, granted, assigned, rights
):
    await ProductAccess.filter(id=world.access.id).update(rights=granted)
    await EmployeeAssignment.filter(id=world.assignment.id).update(rights=assigned)

    answer = await clients.ask(RIGHTS, {"id": world.id("granted")}, as_=world.pE)

    assert answer.data == {"product": {"viewerRights": rights}}


@pytest.mark.parametrize(
    ("scopes", "rights"),
    [
        ([Scope.PRODUCTS_READ], [SEE, MEASURE]),
        ([Scope.PRODUCTS_MANAGE], [SEE, MANAGE, MEASURE]),
    ],
)
async def test_a_token_may_do_what_its_scopes_allow(world, clients, scopes, rights):
    _, secret = await token(world.pL, scopes, [], now=world.now)

    answer = await clients.ask(RIGHTS, {"id": world.id("granted")}, as_=secret)

    assert answer.data == {"product": {"viewerRights": rights}}


async def test_a_product_disappears_with_what_showed_it(world, clients):
    granted, borean = {"id": world.id("granted")}, {"id": world.id("borean")}

    await ProductAccess.filter(id=world.access.id).update(revoked_at=world.now)
    await EmployeeAssignment.filter(id=world.complete_assignment.id).update(ended_at=world.now)
    taken_back = await clients.ask(RIGHTS, granted, as_=world.pL)
    unassigned = await clients.ask(RIGHTS, borean, as_=world.pE)
    still = await clients.ask(RIGHTS, borean, as_=world.pL)
    await Partnership.filter(id=world.complete.id).update(status="TERMINATED")
    ended = await clients.ask(RIGHTS, borean, as_=world.pL)

    assert (taken_back.code, unassigned.code, ended.code) == ("NOT_FOUND", "NOT_FOUND", "NOT_FOUND")
    assert still.data == {"product": {"viewerRights": SERVES}}


async def test_a_product_names_no_owner_to_a_token_that_may_not_read_organisations(world, clients):
    query = "query($id: ID!) { product(id: $id) { customerName organisation { name } } }"

    answer = await clients.ask(query, {"id": ids.encode(world.granted)}, as_=world.tokens["products"])

    assert answer.data == {"product": {"customerName": "granted", "organisation": None}}
