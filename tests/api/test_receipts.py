"""What do both sides keep of a partnership, and who may take it away?"""

import json
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from server.cli import main
from server.domain.receipts import FIRST, line_of, verify
from server.models import Partnership, ProductAccess, Receipt
from server.resolvers import ids
from server.resolvers.deadlines import DEADLINES, context_of_the_clock
from server.resolvers.paging import moment_text
from server.settings import Settings
from tests.api.traces import key
from tests.clients import Clients
from tests.permissions.inputs import prepare, ways
from tests.permissions.walks import SCHEMA
from tests.snapshots import snapshot
from tests.world import Person, World

pytestmark = pytest.mark.database

QUERY = """
    query($id: ID!) { partnership(id: $id) { receipts { nodes { id sequence what body hash writtenAt } } } }
"""


async def kept(clients: Clients, id: str, as_: Person | str) -> list[dict[str, Any]]:
    answer = await clients.ask(QUERY, {"id": id}, as_=as_)
    return answer.data["partnership"]["receipts"]["nodes"]


async def taken(clients: Clients, id: str, **headers: str) -> Any:
    clients.http.cookies.clear()
    return await clients.http.get(f"/partnerships/{id}/receipts.jsonl", headers=headers)


async def test_a_partnership_leaves_a_chain_from_its_invitation_on(world: World, clients: Clients):
    offer = {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}}
    inviting = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": offer}
    invited = await clients.change("invitePartner", inviting, "partnership { id }", as_=world.cL)
    id = invited.data["invitePartner"]["partnership"]["id"]
    key = ids.decode_any(id)[1]

    receipts = await kept(clients, id, world.cA)

    (row,) = await Receipt.filter(partnership_id=key)
    (receipt,) = receipts
    body = json.loads(receipt.pop("body"))
    assert receipt == {
        "id": ids.encode(row),
        "sequence": 1,
        "what": "partnership.invited",
        "hash": row.hash,
        "writtenAt": moment_text(row.created_at),
    }
    assert moment_text(row.created_at) >= body.pop("at")
    assert body == {
        "sequence": 1,
        "previous": FIRST,
        "what": "partnership.invited",
        "partnership": id,
        "customer": {"id": world.id("alpina"), "name": "Alpina"},
        "partner": {"id": world.id("third"), "name": "Third"},
        "actor": {"side": "CUSTOMER", "role": "LEGAL_REPRESENTATIVE"},
        "before": None,
        "after": {
            "access_type": "LIMITED",
            "payment_mode": None,
            "status": "INVITED",
            "products": [{"product": world.id("kept"), "rights": ["TECHNICAL"]}],
        },
    }


async def test_grants_and_ends_go_on_with_the_chain(world: World, clients: Clients):
    granting = {"partnershipId": world.id("limited"), "productId": world.id("kept"), "rights": ["STATISTICS"]}
    await clients.change("grantProductAccess", granting, as_=world.cA)
    await clients.change("revokeProductAccess", {"productAccessId": world.id("access")}, as_=world.pL)

    receipts = await kept(clients, world.id("limited"), world.pL)

    bodies = [json.loads(receipt["body"]) for receipt in receipts]
    assert [receipt["what"] for receipt in receipts] == ["partnership.invited", "access.granted", "access.revoked"]
    assert [body["previous"] for body in bodies] == [FIRST, receipts[0]["hash"], receipts[1]["hash"]]
    assert [body["sequence"] for body in bodies] == [1, 2, 3]
    assert bodies[1]["after"] == {"product": world.id("kept"), "rights": ["STATISTICS"]}
    assert bodies[2]["before"] == {"product": world.id("granted"), "rights": ["TECHNICAL", "STATISTICS"]}
    assert bodies[2]["actor"] == {"side": "PARTNER", "role": "LEGAL_REPRESENTATIVE"}


@pytest.mark.parametrize("mutation", ["acceptInvitation", "declineInvitation"])
async def test_an_answer_is_receipted(world: World, clients: Clients, mutation: str):
    await clients.change(mutation, {"partnershipId": world.id("invitation")}, as_=world.pA)

    (receipt,) = await kept(clients, world.id("invitation"), world.dL)

    body = json.loads(receipt["body"])
    terms: dict[str, Any] = {"access_type": "COMPLETE", "payment_mode": "CUSTOMER"}
    if mutation == "acceptInvitation":
        terms["products"] = []
    status = {"acceptInvitation": "ACTIVE", "declineInvitation": "DECLINED"}[mutation]
    assert body["actor"] == {"side": "PARTNER", "role": "ADMINISTRATOR"}
    assert (body["before"], body["after"]) == (terms | {"status": "INVITED"}, terms | {"status": status})


async def test_what_is_refused_leaves_no_receipt(world: World, clients: Clients):
    before = await snapshot()

    granting = {"partnershipId": world.id("limited"), "productId": world.id("rivals"), "rights": ["STATISTICS"]}
    await clients.change("grantProductAccess", granting, as_=world.cA)

    assert await snapshot() == before


@pytest.mark.parametrize("who", ["cL", "cA", "pL", "pA"])
async def test_both_sides_take_away_the_same_whole_file(
    world: World, clients: Clients, tmp_path: Path, capsys: pytest.CaptureFixture[str], who: str
):
    await clients.change("revokeProductAccess", {"productAccessId": world.id("access")}, as_=world.cA)

    response = await taken(clients, world.id("limited"), Cookie=f"session={world.people[who].session}")

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jsonl; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="receipts.jsonl"'
    head = verify(response.content.splitlines())[1]
    assert head == (await kept(clients, world.id("limited"), world.cL))[-1]["hash"]
    file = tmp_path / "receipts.jsonl"
    file.write_bytes(response.content)
    assert main(["verify-receipts", str(file), "--head", head]) == 0
    assert capsys.readouterr().out == f"2 receipts, the last with the hash {head}\n"
    file.write_bytes(response.content.replace(b"TECHNICAL", b"technical"))
    assert main(["verify-receipts", str(file)]) == 1
    assert capsys.readouterr().err == f"{file}, line 2: its hash is not that of its body.\n"


async def test_a_token_takes_the_file_within_its_scope_and_customers(world: World, clients: Clients):
    answers = [
        (await taken(clients, world.id("limited"), Authorization=f"Bearer {world.tokens[name]}")).status_code
        for name in ("cL", "pL", "reader", "pE", "products", "only_borea")
    ]

    assert answers == [200, 200, 200, 403, 404, 404]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        (None, 401, "UNAUTHENTICATED"),
        ("pE", 403, "FORBIDDEN"),
        ("cE", 404, "NOT_FOUND"),
        ("qL", 404, "NOT_FOUND"),
        ("bL", 404, "NOT_FOUND"),
    ],
)
async def test_nobody_else_takes_the_file(world: World, clients: Clients, who: str | None, status: int, code: str):
    headers = {"Cookie": f"session={world.people[who].session}"} if who else {}

    response = await taken(clients, world.id("limited"), **headers)

    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (status, code)


async def test_a_hidden_partnership_and_none_at_all_are_not_found_alike(world: World, clients: Clients):
    headers = {"Cookie": f"session={world.qL.session}", "X-Request-Id": "the-same-request"}

    answers = [
        (await taken(clients, id, **headers)).content
        for id in (world.id("limited"), "pship_" + "0" * 32, world.id("alpina"), "x")
    ]

    assert len(set(answers)) == 1


RECEIPTED = {
    "invitePartner": ["partnership.invited"],
    "requestCustomer": ["partnership.requested"],
    "acceptInvitation": ["partnership.accepted"],
    "acceptRequest": ["partnership.accepted"],
    "acceptCustomerInvitation": ["partnership.accepted", "partnership.terminated"],
    "declineInvitation": ["partnership.declined"],
    "declineRequest": ["partnership.declined"],
    "cancelInvitation": ["partnership.cancelled"],
    "resendInvitation": ["partnership.resent"],
    "changeAccessType": ["partnership.accessTypeChanged", "partnership.terminated"],
    "changePaymentMode": ["partnership.paymentModeChanged"],
    "setPartnershipDates": ["partnership.datesSet"],
    "grantAccessChange": ["access.granted"],
    "grantProductAccess": ["access.granted"],
    "changeProductAccess": ["access.rightsChanged"],
    "changeProductAccesses": ["access.rightsChanged"],
    "revokeProductAccess": ["access.revoked"],
    "revokeProductAccesses": ["access.revoked"],
    "suspendPartnership": ["partnership.suspended"],
    "resumePartnership": ["partnership.resumed"],
    "terminatePartnership": ["partnership.terminated"],
    "terminateProduct": ["access.revoked"],
}
"""What is receipted by each mutation; by all others nothing."""


async def agreed() -> dict[UUID, Any]:
    """What holds between the two sides, by partnership."""
    found: dict[UUID, Any] = {}
    columns = ("access_type", "payment_mode", "status", "answer_by", "expires_at", "review_at")
    for id, *terms in await Partnership.all().values_list("id", *columns):
        accesses = ProductAccess.filter(partnership_id=id, revoked_at__isnull=True).order_by("product_id")
        found[id] = [*terms, await accesses.values_list("product_id", "rights")]
    return found


async def chains() -> dict[UUID, list[str]]:
    """What was receipted of each partnership, in chains that all verify."""
    found = defaultdict[UUID, list[Receipt]](list)
    for receipt in await Receipt.all().order_by("sequence"):
        found[receipt.partnership_id].append(receipt)
    for receipts in found.values():
        verify([line_of(receipt.body, receipt.hash).encode() for receipt in receipts], receipts[-1].hash)
    return {id: [receipt.what for receipt in receipts] for id, receipts in found.items()}


def newer(before: dict[UUID, list[str]], after: dict[UUID, list[str]]) -> dict[UUID, list[str]]:
    return {id: whats[len(before.get(id, [])) :] for id, whats in after.items() if whats != before.get(id)}


@pytest.mark.parametrize("mutation", sorted(SCHEMA.mutation_type.fields))
async def test_whatever_changes_a_partnership_is_receipted(world: World, clients: Clients, mutation: str):
    who, input = ways(world, mutation)[0]
    await prepare(world, mutation, input)
    before, kept_before = await agreed(), await chains()

    answer = await clients.change(mutation, input, as_=who)

    assert answer.json["data"][mutation]["userErrors"] == []
    written = newer(kept_before, await chains())
    assert set(written) == {id for id, terms in (await agreed()).items() if terms != before.get(id)}
    assert sorted(what for whats in written.values() for what in whats) == RECEIPTED.get(mutation, [])


async def test_whoever_is_replaced_and_loses_a_product_gets_a_receipt(world: World, clients: Clients):
    access = {
        "limited": {"products": [{"productId": world.id("rivals"), "rights": ["TECHNICAL"], "moveFromCurrent": True}]}
    }
    moving = {"partnershipId": world.id("asked"), "access": access}
    before = await chains()
    moved = await clients.change("acceptRequest", moving, as_=world.cL)
    assert moved.data["acceptRequest"]["userErrors"] == []
    after = await chains()

    assert newer(before, after) == {world.asked.id: ["partnership.accepted"], world.at_rival.id: ["access.revoked"]}
    body = json.loads((await Receipt.filter(partnership_id=world.asked.id).get()).body)
    assert body["before"]["products"] == []
    assert body["after"]["products"] == [{"product": world.id("rivals"), "rights": ["TECHNICAL"]}]

    others = [world.id("limited"), world.id("at_rival")]
    changing = {
        "partnershipId": world.id("asked"),
        "access": {"complete": {"paymentMode": "CUSTOMER"}},
        "endOtherPartnerships": others,
    }
    changed = await clients.change("changeAccessType", changing, as_=world.cL)

    assert changed.data["changeAccessType"]["userErrors"] == []
    assert newer(after, await chains()) == {
        world.asked.id: ["partnership.accessTypeChanged"],
        world.limited.id: ["partnership.terminated"],
        world.at_rival.id: ["partnership.terminated"],
    }
    last = await Receipt.filter(partnership_id=world.limited.id).order_by("-sequence").first()
    assert last is not None
    ended = json.loads(last.body)
    assert [one["product"] for one in ended["before"]["products"]] == [world.id("granted"), world.id("watched")]
    assert (ended["after"]["status"], ended["after"]["products"]) == ("TERMINATED", [])
    assert ended["actor"] == {"side": "CUSTOMER", "role": "LEGAL_REPRESENTATIVE"}


async def test_what_the_other_side_proposed_too_is_withdrawn_with_a_receipt(world: World, clients: Clients):
    access = {"limited": {"products": [{"productId": world.id("kept"), "rights": ["TECHNICAL"]}]}}
    inviting = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": access}
    invited = await clients.change("invitePartner", inviting, "partnership { id }", as_=world.cL)
    invitation = key(invited.data["invitePartner"]["partnership"]["id"])
    before = await chains()

    await clients.change("acceptRequest", {"partnershipId": world.id("asked"), "access": access}, as_=world.cL)

    assert newer(before, await chains()) == {
        invitation: ["partnership.cancelled"],
        world.asked.id: ["partnership.accepted"],
    }


async def test_the_clock_gives_receipts_in_nobodys_name(world: World, settings: Settings):
    await Partnership.filter(id=world.limited.id).update(expires_at=world.now + timedelta(days=40))
    before = await chains()

    for do in DEADLINES.values():
        await do(context_of_the_clock(settings, world.now + timedelta(days=40)))

    assert newer(before, await chains()) == {
        world.limited.id: ["partnership.terminated"],
        **{world.rows[name].id: ["partnership.expired"] for name in ("asked", "invitation", "wooed")},
    }
    for receipt in await Receipt.filter(what__in=("partnership.terminated", "partnership.expired")):
        assert json.loads(receipt.body)["actor"] is None
