"""How are the rights on granted products changed, and many accesses at once, and when is that refused?"""

from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import ProductRight
from server.models import Partnership, ProductAccess, Receipt
from server.models.base import new_id
from server.resolvers import ids
from tests.api.partnerships.product_accesses import audited_terms, rights_on_product
from tests.api.refusals import catch_denial, check_id, collect_refusals, malformed_id
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Answer, Clients
from tests.rows import Person, grant, product
from tests.snapshots import changed_models, snapshot
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres

RESULTS = """
    results { productAccess { id rights revokedAt version } userErrors { code message field } }
    userErrors { code message field }
"""
ONE = "productAccess { id rights version } partnership { id } userErrors { code message field }"


def change(world: World, *rights: str, access: str = "access", **other: Any) -> dict[str, Any]:
    return {"productAccessId": world.id(access), "rights": list(rights), **other}


async def many(clients: Clients, mutation: str, input: dict[str, Any], as_: Person | str) -> tuple[Answer, list[Any]]:
    """The answer, and for each item its version and rights, or the codes and fields of why not."""
    answer = await clients.change(mutation, input, RESULTS, as_=as_)
    payload = answer.data[mutation]
    assert payload["userErrors"] == []
    return answer, [_brief(result) for result in payload["results"]]


def _brief(result: dict[str, Any]) -> Any:
    if result["userErrors"]:
        return [(error["code"], error["field"]) for error in result["userErrors"]]
    access = result["productAccess"]
    return access["version"], access["rights"], access["revokedAt"] is not None


# One


# Rule S2.2
async def test_a_customer_changes_what_a_partner_may_do(world: World, clients: Clients):
    before = await snapshot()

    answer = await clients.change("changeProductAccess", change(world, "STATISTICS"), ONE, as_=world.cA)

    after, row = await snapshot(), await row_of(world.id("access"))
    assert answer.data["changeProductAccess"] == {
        "productAccess": {"id": world.id("access"), "rights": ["STATISTICS"], "version": 2},
        "partnership": {"id": world.id("limited")},
        "userErrors": [],
    }
    moved = {"rights": ["STATISTICS"], "version": 2, "updated_at": row.updated_at}
    assert after["ProductAccess"][row.id] == before["ProductAccess"][row.id] | moved
    assert changed_models(before, after) == {"ProductAccess", "AuditEvent", "OutboxMessage", "Receipt"}
    assert await rights_on_product(clients, world.id("granted"), world.pL) == ["VIEW_PRODUCT", "VIEW_STATISTICS"]


async def test_a_change_leaves_its_traces(world: World, clients: Clients):
    was = audited_terms(await row_of(world.id("access")))

    answer = await clients.change("changeProductAccess", change(world, "TECHNICAL"), ONE, as_=world.cL)

    row = await row_of(world.id("access"))
    traces = act("access.rightsChanged", row, world.cL, world.alpina, before=was, after=audited_terms(row))
    assert await acts(answer) == [traces]
    assert await announced_topics(answer) == [("access.rights_changed", world.id("access"))]
    receipt = await Receipt.get(partnership_id=world.limited.id, sequence=2)
    assert (receipt.what, was["rights"]) == ("access.rightsChanged", ["TECHNICAL", "STATISTICS"])


async def test_every_change_is_announced(world: World, clients: Clients):
    for rights in (["STATISTICS"], ["TECHNICAL"], ["STATISTICS"]):
        answer = await clients.change("changeProductAccess", change(world, *rights), ONE, as_=world.cL)

        assert await announced_topics(answer) == [("access.rights_changed", world.id("access"))]


async def test_the_same_rights_change_nothing(world: World, clients: Clients):
    before = await snapshot()

    answer = await clients.change(
        "changeProductAccess", change(world, "STATISTICS", "TECHNICAL", "STATISTICS"), ONE, as_=world.cL
    )

    assert answer.data["changeProductAccess"]["productAccess"]["version"] == 1
    assert await snapshot() == before


async def test_an_access_keeps_at_least_one_right(world: World, clients: Clients):
    assert await collect_refusals(clients, "changeProductAccess", change(world), as_=world.cL) == [
        ("VALIDATION_FAILED", "Choose at least one right.", ["input", "rights"])
    ]


async def test_an_access_that_has_ended_is_not_changed(world: World, clients: Clients):
    await ProductAccess.filter(id=world.access.id).update(revoked_at=world.now)

    assert await collect_refusals(clients, "changeProductAccess", change(world, "STATISTICS"), as_=world.cL) == [
        ("ACCESS_ENDED", "This product access has ended.", None)
    ]


async def test_an_access_changed_since_it_was_read_is_not_changed(world: World, clients: Clients):
    stale = change(world, "STATISTICS", expectedVersion=2)

    ((code, _, field),) = await collect_refusals(clients, "changeProductAccess", stale, as_=world.cL)

    assert (code, field) == ("STALE_VERSION", ["input", "expectedVersion"])


@pytest.mark.parametrize("status", [PartnershipStatus.SUSPENDED, PartnershipStatus.TERMINATED])
async def test_nothing_is_changed_where_the_partnership_is_not_active(
    world: World, clients: Clients, status: PartnershipStatus
):
    await Partnership.filter(id=world.limited.id).update(status=status)

    for rights in ("STATISTICS", "TECHNICAL"):
        assert await collect_refusals(clients, "changeProductAccess", change(world, rights), as_=world.cL) == [
            ("PARTNERSHIP_NOT_ACTIVE", "This partnership is not active.", None)
        ]


async def test_a_change_takes_no_other_id(world: World, clients: Clients):
    await check_id(
        clients,
        "changeProductAccess",
        change(world, "STATISTICS"),
        "productAccessId",
        foreign=world.rivals_access,
        as_=world.pL,
    )


# Many


# Rule D9
async def test_each_of_many_accesses_is_changed_or_refused_on_its_own(world: World, clients: Clients):
    await ProductAccess.filter(id=world.rivals_access.id).update(revoked_at=world.now)
    unknown = f"pacc_{new_id().hex}"
    items = [
        {"id": world.id("access"), "rights": ["STATISTICS"]},
        {"id": unknown, "rights": ["STATISTICS"]},
        {"id": world.id("watching"), "rights": []},
        {"id": world.id("rivals_access"), "rights": ["TECHNICAL"]},
    ]

    answer, results = await many(clients, "changeProductAccesses", {"items": items}, world.cL)

    assert results == [
        (2, ["STATISTICS"], False),
        [("NOT_FOUND", ["input", "items", "1"])],
        [("VALIDATION_FAILED", ["input", "items", "2", "rights"])],
        [("ACCESS_ENDED", ["input", "items", "3"])],
    ]
    assert [event["subject_id"] for event in await acts(answer)] == [world.access.id]
    assert await announced_topics(answer) == [("access.rights_changed", world.id("access"))]
    assert (await ProductAccess.get(id=world.watching.id)).version == 1


async def test_many_accesses_end_at_once_with_a_receipt_each(world: World, clients: Clients):
    given = {"ids": [world.id(name) for name in ("rivals_access", "access", "watching")]}

    answer, results = await many(clients, "revokeProductAccesses", given, world.cA)

    assert [result[0] for result in results] == [2, 2, 2]
    assert [result[2] for result in results] == [True, True, True]
    assert {event["subject_id"] for event in await acts(answer)} == {
        world.access.id,
        world.watching.id,
        world.rivals_access.id,
    }
    assert len(await announced_topics(answer)) == 3
    nova = [receipt.sequence for receipt in await Receipt.filter(partnership_id=world.limited.id).order_by("sequence")]
    rival = [receipt.sequence for receipt in await Receipt.filter(partnership_id=world.at_rival.id)]
    assert (nova, rival) == ([1, 2, 3], [1])


async def test_a_partner_gives_back_what_it_has_and_nothing_else(world: World, clients: Clients):
    given = {"ids": [world.id("access"), world.id("rivals_access")]}

    answer, results = await many(clients, "revokeProductAccesses", given, world.pL)

    assert results[0][0] == 2
    assert results[1] == [("NOT_FOUND", ["input", "ids", "1"])]
    (event,) = await acts(answer)
    assert (event["acting_organisation_id"], event["on_behalf_of_id"]) == (world.nova.id, world.alpina.id)


async def test_a_viewer_without_the_right_reads_so_for_each(world: World, clients: Clients):
    before = await snapshot()

    items = [{"id": world.id(name), "rights": ["STATISTICS"]} for name in ("access", "watching")]
    _, results = await many(clients, "changeProductAccesses", {"items": items}, world.pL)

    assert results == [[("RIGHT_MISSING", ["input", "items", str(place)])] for place in (0, 1)]
    assert await snapshot() == before


async def test_an_access_that_has_ended_is_not_ended_again(world: World, clients: Clients):
    await ProductAccess.filter(id=world.access.id).update(revoked_at=world.now)
    before = await snapshot()

    _, results = await many(clients, "revokeProductAccesses", {"ids": [world.id("access")]}, world.cL)

    assert results == [(1, ["TECHNICAL", "STATISTICS"], True)]
    assert await snapshot() == before


async def test_an_empty_list_of_accesses_changes_nothing(world: World, clients: Clients):
    before = await snapshot()

    assert (await many(clients, "revokeProductAccesses", {"ids": []}, world.cL))[1] == []
    assert (await many(clients, "changeProductAccesses", {"items": []}, world.cL))[1] == []
    assert await snapshot() == before


async def test_an_access_listed_twice_is_refused(world: World, clients: Clients):
    twice = [world.id("access")] * 2
    items = [{"id": id, "rights": ["STATISTICS"]} for id in twice]

    message = ("VALIDATION_FAILED", "List each product access only once.")
    assert await collect_refusals(clients, "revokeProductAccesses", {"ids": twice}, as_=world.cL) == [
        (*message, ["input", "ids"])
    ]
    assert await collect_refusals(clients, "changeProductAccesses", {"items": items}, as_=world.cL) == [
        (*message, ["input", "items"])
    ]


async def test_a_text_that_is_not_an_id_stops_all(world: World, clients: Clients):
    given = {"ids": [world.id("access"), world.id("limited")]}

    assert await catch_denial(clients, "revokeProductAccesses", given, as_=world.cL) == malformed_id(
        "input", "ids", "1"
    )


# Rule D9
async def test_more_than_a_hundred_are_refused(world: World, clients: Clients):
    given = {"ids": [f"pacc_{new_id().hex}" for _ in range(101)]}

    assert await catch_denial(clients, "revokeProductAccesses", given, as_=world.cL) == malformed_id("input", "ids")


async def test_a_hundred_take_as_many_statements_as_one(world: World, engine_clients: Clients):
    rows = [await grant(world.limited, await product(f"p{n}", world.alpina), list(ProductRight)) for n in range(101)]
    taken = list[int]()

    for some in (rows[:1], rows[1:]):
        for mutation, given in (
            ("changeProductAccesses", {"items": [{"id": ids.encode(row), "rights": ["TECHNICAL"]} for row in some]}),
            ("revokeProductAccesses", {"ids": [ids.encode(row) for row in some]}),
        ):
            with collect_statements() as statements:
                answer = await engine_clients.change(mutation, given, RESULTS, as_=world.cL)
            assert not any(result["userErrors"] for result in answer.data[mutation]["results"])
            taken.append(len(statements))

    assert taken[:2] == taken[2:]
    assert max(taken) < 30
