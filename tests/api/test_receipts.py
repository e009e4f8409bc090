"""What do both sides keep of a partnership, and who may take it away?"""

import json
from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from server.domain.receipts import FIRST, verify
from server.models import Receipt
from server.resolvers import ids
from server.resolvers.paging import moment_text
from tests.clients import Clients
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
    terms = {"access_type": "COMPLETE", "payment_mode": "CUSTOMER", "products": []}
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
