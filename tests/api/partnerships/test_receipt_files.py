"""Who downloads the receipts of a partnership, and is the file complete?"""

from pathlib import Path
from typing import Any

import pytest

from server.cli import main
from server.domain.partnerships.receipts import verify_chain
from tests.api.partnerships.receipts import list_receipts
from tests.clients import Clients
from tests.world import World

pytestmark = pytest.mark.postgres


async def download_receipts(clients: Clients, id: str, **headers: str) -> Any:
    clients.http.cookies.clear()
    return await clients.http.get(f"/partnerships/{id}/receipts.jsonl", headers=headers)


# Rule D17
@pytest.mark.parametrize("who", ["cL", "cA", "pL", "pA"])
async def test_both_sides_download_the_same_complete_file(
    world: World, clients: Clients, tmp_path: Path, capsys: pytest.CaptureFixture[str], who: str
):
    await clients.change("revokeProductAccess", {"productAccessId": world.id("access")}, as_=world.cA)

    response = await download_receipts(clients, world.id("limited"), Cookie=f"session={world.people[who].session}")

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jsonl; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="receipts.jsonl"'
    head = verify_chain(response.content.splitlines())[1]
    assert head == (await list_receipts(clients, world.id("limited"), world.cL))[-1]["hash"]
    file = tmp_path / "receipts.jsonl"
    file.write_bytes(response.content)
    assert main(["verify-receipts", str(file), "--head", head]) == 0
    assert capsys.readouterr().out == f"2 receipts, the last with the hash {head}\n"
    file.write_bytes(response.content.replace(b"TECHNICAL", b"technical"))
    assert main(["verify-receipts", str(file)]) == 1
    assert capsys.readouterr().err == f"{file}, line 2: its hash does not match its body.\n"


async def test_a_token_takes_the_file_within_its_scope_and_customers(world: World, clients: Clients):
    answers = [
        (
            await download_receipts(clients, world.id("limited"), Authorization=f"Bearer {world.tokens[name]}")
        ).status_code
        for name in ("cL", "pL", "reader", "pE", "products", "only_borea")
    ]

    assert answers == [200, 200, 200, 403, 404, 404]


@pytest.mark.parametrize(
    ("who", "status", "extensions"),
    [
        (None, 401, {"code": "UNAUTHENTICATED"}),
        ("pE", 403, {"code": "FORBIDDEN", "right": "VIEW_RECEIPTS"}),
        ("cE", 404, {"code": "NOT_FOUND"}),
        ("qL", 404, {"code": "NOT_FOUND"}),
        ("bL", 404, {"code": "NOT_FOUND"}),
    ],
)
async def test_nobody_else_downloads_the_file(
    world: World, clients: Clients, who: str | None, status: int, extensions: dict[str, str]
):
    headers = {"Cookie": f"session={world.people[who].session}"} if who else {}

    response = await download_receipts(clients, world.id("limited"), **headers)

    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]) == (
        status,
        extensions | {"requestId": response.headers["x-request-id"]},
    )


async def test_a_hidden_partnership_and_none_at_all_are_not_found_alike(world: World, clients: Clients):
    headers = {"Cookie": f"session={world.qL.session}", "X-Request-Id": "the-same-request"}

    answers = [
        (await download_receipts(clients, id, **headers)).content
        for id in (world.id("limited"), "pship_" + "0" * 32, world.id("alpina"), "x")
    ]

    assert len(set(answers)) == 1
