"""How do single products come to a limited partner and leave it, and when is that refused?"""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import ProductRight, Role
from server.models import Membership, Partnership, ProductAccess
from server.resolvers import ids
from server.schema.scalars import moment_text
from tests.api.refusals import check_id, collect_refusals
from tests.api.traces import act, acts, announced_topics, row_of, stored_columns
from tests.clients import Answer, Clients
from tests.snapshots import changed_models, snapshot
from tests.world import Person, World

pytestmark = pytest.mark.database

ACCESS = """
    productAccess {
      id partnership { id } product { id } rights grantedBy { id } grantedAt revokedAt version
    }
    userErrors { code message field }
"""
WITH_PARTNERSHIP = f"""{ACCESS}
    partnership {{ id status version productAccesses {{ nodes {{ id revokedAt }} }} }}
"""


def offer(world: World, product: str = "kept", rights: tuple[str, ...] = ("STATISTICS",), **other: Any) -> Any:
    """The input that grants one of Alpina's products to Nova."""
    return {"partnershipId": world.id("limited"), "productId": world.id(product), "rights": list(rights), **other}


async def grant_access(clients: Clients, input: dict[str, Any], as_: Person | str) -> Answer:
    """Grants, which works."""
    answer = await clients.change("grantProductAccess", input, ACCESS, as_=as_)
    assert answer.data["grantProductAccess"]["userErrors"] == []
    return answer


async def revoke_access(clients: Clients, id: str, as_: Person | str) -> Answer:
    """Revokes, which works."""
    answer = await clients.change("revokeProductAccess", {"productAccessId": id}, WITH_PARTNERSHIP, as_=as_)
    assert answer.data["revokeProductAccess"]["userErrors"] == []
    return answer


async def rights_on_product(clients: Clients, id: str, as_: Person) -> list[str] | None:
    """What this person may do with the product; None for whom it does not exist."""
    answer = await clients.ask("query($id: ID!) { product(id: $id) { viewerRights } }", {"id": id}, as_=as_)
    if answer.errors:
        assert answer.code == "NOT_FOUND"
        return None
    return answer.data["product"]["viewerRights"]


async def listed_products(world: World, clients: Clients, as_: Person) -> set[str]:
    """Alpina's products that this person has in the list."""
    query = "query($id: ID!) { organisation(id: $id) { products { nodes { customerName } } } }"
    answer = await clients.ask(query, {"id": world.id("alpina")}, as_=as_)
    return {node["customerName"] for node in answer.data["organisation"]["products"]["nodes"]}


async def lead(who: Person, world: World, *names: str) -> None:
    """From now on this person leads these organisations too."""
    for name in names:
        await Membership.create(
            user_id=who.user.id,
            organisation_id=world.rows[name].id,
            role=Role.LEGAL_REPRESENTATIVE,
            status=MembershipStatus.ACTIVE,
        )


def _terms(access: ProductAccess, **other: Any) -> dict[str, Any]:
    """What an audit event writes down of an access."""
    terms = {
        "partnership_id": access.partnership_id.hex,
        "product_id": access.product_id.hex,
        "rights": list(access.rights),
        "revoked_at": None,
    }
    return terms | other


# Granting


async def test_a_customer_grants_one_more_product(world: World, clients: Clients):
    before, start = await snapshot(), datetime.now(UTC)

    answer = await grant_access(clients, offer(world, rights=("STATISTICS", "TECHNICAL", "STATISTICS")), world.cA)

    after = await snapshot()
    access = answer.data["grantProductAccess"]["productAccess"]
    row = await row_of(access["id"])
    assert start <= row.granted_at <= datetime.now(UTC)
    assert access == {
        "id": ids.encode(row),
        "partnership": {"id": world.id("limited")},
        "product": {"id": world.id("kept")},
        "rights": ["TECHNICAL", "STATISTICS"],
        "grantedBy": {"id": ids.encode(world.cA.user)},
        "grantedAt": moment_text(row.granted_at),
        "revokedAt": None,
        "version": 1,
    }
    assert await stored_columns(access["id"]) == {
        "partnership_id": world.limited.id,
        "product_id": world.kept.id,
        "rights": ["TECHNICAL", "STATISTICS"],
        "granted_by_id": world.cA.user.id,
        "granted_at": row.granted_at,
        "revoked_at": None,
        "version": 1,
    }
    assert changed_models(before, after) == {"ProductAccess", "AuditEvent", "OutboxMessage", "Receipt"}


async def test_a_grant_leaves_its_traces(world: World, clients: Clients):
    answer = await grant_access(clients, offer(world), world.cL)

    row = await row_of(answer.data["grantProductAccess"]["productAccess"]["id"])
    assert await acts(answer) == [act("access.granted", row, world.cL, world.alpina, after=_terms(row))]
    assert await announced_topics(answer) == [("access.product_added", ids.encode(row))]


async def test_a_grant_by_a_token_names_the_token(world: World, clients: Clients):
    answer = await grant_access(clients, offer(world), world.tokens["cL"])

    row = await row_of(answer.data["grantProductAccess"]["productAccess"]["id"])
    assert row.granted_by_id == world.cL.user.id
    assert await acts(answer) == [
        act("access.granted", row, world.cL, world.alpina, token=world.token_cL, after=_terms(row))
    ]


@pytest.mark.parametrize(
    ("right", "leader", "employee"),
    [
        ("TECHNICAL", ["VIEW_PRODUCT", "MANAGE_PRODUCT"], ["VIEW_PRODUCT"]),
        ("STATISTICS", ["VIEW_PRODUCT", "VIEW_STATISTICS"], ["VIEW_PRODUCT", "VIEW_STATISTICS"]),
    ],
)
async def test_a_granted_product_is_there_at_once(
    world: World, clients: Clients, right: str, leader: list[str], employee: list[str]
):
    before = [await rights_on_product(clients, world.id("kept"), who) for who in (world.pL, world.pE)]

    await grant_access(clients, offer(world, rights=(right,)), world.cL)

    assert before == [None, None]
    assert await rights_on_product(clients, world.id("kept"), world.pL) == leader
    assert await rights_on_product(clients, world.id("kept"), world.pE) == employee
    assert await listed_products(world, clients, world.pL) == {"granted", "watched", "kept"}
    for stranger in (world.pU, world.qL, world.cE):
        assert await rights_on_product(clients, world.id("kept"), stranger) is None


async def test_a_product_is_granted_once(world: World, clients: Clients):
    answer = await collect_refusals(clients, "grantProductAccess", offer(world, "granted"), as_=world.cL)

    assert answer == [("ALREADY_GRANTED", "This partner already manages this product.", ["input", "productId"])]


async def test_a_product_is_granted_to_one_partner(world: World, clients: Clients):
    answer = await collect_refusals(clients, "grantProductAccess", offer(world, "rivals"), as_=world.cL)

    assert answer == [
        ("PRODUCT_ALREADY_MANAGED", "Another partner already manages this product.", ["input", "productId"])
    ]


async def test_who_leads_two_customers_grants_a_product_of_the_right_one(world: World, clients: Clients):
    await lead(world.cL, world, "borea")

    answer = await collect_refusals(clients, "grantProductAccess", offer(world, "borean"), as_=world.cL)

    assert answer == [("PRODUCT_NOT_OWNED", "This product does not belong to the customer.", ["input", "productId"])]


async def test_a_grant_says_what_the_partner_may_do(world: World, clients: Clients):
    answer = await collect_refusals(clients, "grantProductAccess", offer(world, rights=()), as_=world.cL)

    assert answer == [("VALIDATION_FAILED", "Choose at least one right.", ["input", "rights"])]


NOT_LIMITED = "This partner has complete access, so you cannot grant or revoke single products."
NOT_ACTIVE = "This partnership is not active."


async def test_a_complete_partner_is_granted_no_single_product(world: World, clients: Clients):
    input = offer(world, "borean", partnershipId=world.id("complete"))

    answer = await collect_refusals(clients, "grantProductAccess", input, as_=world.bL)

    assert answer == [("ACCESS_NOT_LIMITED", NOT_LIMITED, None)]


INACTIVE = [status for status in PartnershipStatus if status is not PartnershipStatus.ACTIVE]


@pytest.mark.parametrize("status", INACTIVE)
async def test_nothing_is_granted_or_revoked_where_no_partnership_is_active(
    world: World, clients: Clients, status: PartnershipStatus
):
    await Partnership.filter(id=world.limited.id).update(status=status)
    revoking = {"productAccessId": world.id("access")}

    expected = [("PARTNERSHIP_NOT_ACTIVE", NOT_ACTIVE, None)]
    assert await collect_refusals(clients, "grantProductAccess", offer(world), as_=world.cL) == expected
    assert await collect_refusals(clients, "revokeProductAccess", revoking, as_=world.cL) == expected
    assert await collect_refusals(clients, "revokeProductAccess", revoking, as_=world.pL) == expected


async def test_a_grant_takes_no_other_ids(world: World, clients: Clients):
    check = (clients, "grantProductAccess", offer(world))

    await check_id(*check, "partnershipId", foreign=world.complete, as_=world.cL)
    await check_id(*check, "productId", foreign=world.borean, as_=world.cL)


# Revoking


async def test_a_customer_takes_a_product_back(world: World, clients: Clients):
    before, start = await snapshot(), datetime.now(UTC)

    answer = await revoke_access(clients, world.id("access"), world.cA)

    after, row = await snapshot(), await row_of(world.id("access"))
    assert start <= row.revoked_at <= datetime.now(UTC)
    accesses = answer.data["revokeProductAccess"]["partnership"].pop("productAccesses")["nodes"]
    assert answer.data["revokeProductAccess"] == {
        "productAccess": {
            "id": world.id("access"),
            "partnership": {"id": world.id("limited")},
            "product": {"id": world.id("granted")},
            "rights": ["TECHNICAL", "STATISTICS"],
            "grantedBy": None,
            "grantedAt": moment_text(row.granted_at),
            "revokedAt": moment_text(row.revoked_at),
            "version": 2,
        },
        "partnership": {"id": world.id("limited"), "status": "ACTIVE", "version": 1},
        "userErrors": [],
    }
    assert {each["id"]: each["revokedAt"] for each in accesses} == {
        world.id("access"): moment_text(row.revoked_at),
        world.id("watching"): None,
    }
    moved = {"revoked_at": row.revoked_at, "version": 2, "updated_at": row.updated_at}
    assert after["ProductAccess"][row.id] == before["ProductAccess"][row.id] | moved
    assert changed_models(before, after) == {"ProductAccess", "AuditEvent", "OutboxMessage", "Receipt"}


async def test_a_product_taken_back_leaves_its_traces(world: World, clients: Clients):
    answer = await revoke_access(clients, world.id("access"), world.tokens["cL"])

    row = await row_of(world.id("access"))
    assert await acts(answer) == [
        act(
            "access.revoked",
            row,
            world.cL,
            world.alpina,
            token=world.token_cL,
            before=_terms(row),
            after=_terms(row, revoked_at=row.revoked_at.isoformat()),
        )
    ]
    assert await announced_topics(answer) == [("access.product_removed", world.id("access"))]


async def test_a_product_given_back_leaves_its_traces_on_behalf_of_the_customer(world: World, clients: Clients):
    answer = await revoke_access(clients, world.id("access"), world.pA)

    row = await row_of(world.id("access"))
    assert await acts(answer) == [
        act(
            "access.revoked",
            row,
            world.pA,
            world.nova,
            on_behalf_of=world.alpina,
            before=_terms(row),
            after=_terms(row, revoked_at=row.revoked_at.isoformat()),
        )
    ]
    assert await announced_topics(answer) == [("access.product_removed", world.id("access"))]


async def test_who_leads_both_sides_revokes_as_the_customer(world: World, clients: Clients):
    await lead(world.pL, world, "alpina")

    (event,) = await acts(await revoke_access(clients, world.id("access"), world.pL))

    assert (event["acting_organisation_id"], event["on_behalf_of_id"]) == (world.alpina.id, None)


@pytest.mark.parametrize("who", ["cL", "pL"])
async def test_a_revoked_product_is_gone_at_once(world: World, clients: Clients, who: str):
    before = [
        await rights_on_product(clients, world.id("granted"), each) is not None
        for each in (world.pL, world.pA, world.pE)
    ]

    await revoke_access(clients, world.id("access"), world.people[who])

    assert before == [True, True, True]
    for each in (world.pL, world.pA, world.pE):
        assert await rights_on_product(clients, world.id("granted"), each) is None
        assert await listed_products(world, clients, each) == {"watched"}
    assert await rights_on_product(clients, world.id("granted"), world.cL) is not None


async def test_without_any_product_the_customer_stays_a_customer(world: World, clients: Clients):
    for access in ("access", "watching"):
        await revoke_access(clients, world.id(access), world.cL)

    assert await listed_products(world, clients, world.pL) == set()


@pytest.mark.parametrize("who", ["cL", "pL"])
async def test_a_revoked_product_is_revoked_once(world: World, clients: Clients, who: str):
    first = await revoke_access(clients, world.id("access"), world.people[who])
    before = await snapshot()

    second = await revoke_access(clients, world.id("access"), world.people[who])

    assert second.data == first.data
    assert await snapshot() == before


async def test_the_other_side_revokes_what_is_revoked_without_a_change(world: World, clients: Clients):
    await revoke_access(clients, world.id("access"), world.cL)
    before = await snapshot()

    again = await revoke_access(clients, world.id("access"), world.pL)

    access = again.data["revokeProductAccess"]["productAccess"]
    assert (access["product"], access["version"]) == (None, 2)
    assert await snapshot() == before


async def test_a_revoked_product_may_be_granted_again_and_revoked_again(world: World, clients: Clients):
    await revoke_access(clients, world.id("access"), world.cL)

    again = await grant_access(clients, offer(world, "granted"), world.cL)
    id = again.data["grantProductAccess"]["productAccess"]["id"]
    held = await rights_on_product(clients, world.id("granted"), world.pL)
    await revoke_access(clients, id, world.pL)

    assert id != world.id("access")
    assert held == ["VIEW_PRODUCT", "VIEW_STATISTICS"]
    assert await rights_on_product(clients, world.id("granted"), world.pL) is None
    assert await ProductAccess.filter(product_id=world.granted.id, revoked_at__isnull=True).count() == 0


async def test_a_revoked_product_may_go_to_another_partner(world: World, clients: Clients):
    await revoke_access(clients, world.id("access"), world.cL)

    await grant_access(clients, offer(world, "granted", partnershipId=world.id("at_rival")), world.cL)

    assert await rights_on_product(clients, world.id("granted"), world.pL) is None
    assert await rights_on_product(clients, world.id("granted"), world.qL) is not None


async def test_of_complete_access_no_single_product_is_taken_back(world: World, clients: Clients):
    stray = await ProductAccess.create(
        partnership_id=world.complete.id,
        product_id=world.borean.id,
        rights=[ProductRight.TECHNICAL],
        granted_at=world.now,
        revoked_at=world.now,
    )

    answer = await collect_refusals(
        clients, "revokeProductAccess", {"productAccessId": ids.encode(stray)}, as_=world.bL
    )

    assert answer == [("ACCESS_NOT_LIMITED", NOT_LIMITED, None)]


async def test_a_revocation_takes_no_other_id(world: World, clients: Clients):
    input = {"productAccessId": world.id("access")}

    await check_id(clients, "revokeProductAccess", input, "productAccessId", foreign=world.rivals_access, as_=world.pL)
