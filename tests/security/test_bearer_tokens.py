"""Does an API token open only what it should, and does a bad one open nothing, before anything else is looked at?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.people.tokens import new_token
from server.domain.rights import Scope
from server.models import ApiToken, AuditEvent, Membership
from tests.clients import Answer, Clients
from tests.rows import token
from tests.statements import collect_statements
from tests.world import World

WHO = "{ viewer { user { email } token { id } } }"
BAD_TOKEN = "This API token is not valid."
SEND_A_TOKEN = "Send an API token as `Authorization: Bearer …`."


async def ask_with(clients: Clients, authorization: str | bytes, **request: Any) -> Answer:
    """Ask who the caller is, with this Authorization header."""
    headers = {"Authorization": authorization} | request.pop("headers", {})
    return Answer(await clients.http.post("/graphql", headers=headers, **({"json": {"query": WHO}} | request)))


def check_unauthenticated(answer: Answer, message: str = BAD_TOKEN) -> None:
    """The answer is 401, says how to authenticate and nothing else."""
    assert answer.status == 401
    assert answer.response.headers["www-authenticate"] == "Bearer"
    assert "set-cookie" not in answer.response.headers
    assert answer.json == {
        "errors": [
            {
                "message": message,
                "extensions": {"code": "UNAUTHENTICATED", "requestId": answer.response.headers["x-request-id"]},
            }
        ]
    }


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_token_says_who_asks(world: World, clients: Clients, scheme: str):
    answer = await ask_with(clients, f"{scheme} {world.tokens['cL']}")

    assert answer.data == {"viewer": {"user": {"email": "cl@alpina.example"}, "token": {"id": world.id("token_cL")}}}


DEAD: dict[str, dict[str, Any]] = {
    "expired a moment ago": {"expires_at": timedelta(seconds=-1)},
    "expired long ago": {"expires_at": timedelta(days=-400)},
    "revoked": {"revoked_at": timedelta(seconds=-1)},
    "revoked, although it has not expired": {"revoked_at": timedelta(days=-1), "expires_at": timedelta(days=80)},
    "not used for a year": {"last_used_at": timedelta(days=-366), "expires_at": timedelta(days=10)},
}


@pytest.mark.parametrize("why", DEAD)
async def test_a_dead_token_opens_nothing(world: World, clients: Clients, why: str):
    now = datetime.now(UTC)
    row, secret = await token(
        world.cL, list(Scope), [], now=now, **{name: now + after for name, after in DEAD[why].items()}
    )

    answer = await ask_with(clients, f"Bearer {secret}")

    check_unauthenticated(answer)
    stored = await ApiToken.get(id=row.id)
    assert stored.last_used_at == row.last_used_at


async def test_a_token_that_was_never_used_dies_a_year_after_it_was_made(world: World, clients: Clients):
    row, secret = await token(world.cL, list(Scope), [], now=world.now, last_used_at=None)
    before = await ask_with(clients, f"Bearer {secret}")
    await ApiToken.filter(id=row.id).update(created_at=world.now - timedelta(days=366), last_used_at=None)

    after = await ask_with(clients, f"Bearer {secret}")

    assert before.status == 200
    check_unauthenticated(after)


@pytest.mark.parametrize("status", [MembershipStatus.REMOVED, MembershipStatus.INVITED])
async def test_a_token_ends_with_the_membership_of_its_owner(world: World, clients: Clients, status: MembershipStatus):
    await Membership.filter(id=world.pE.membership.id).update(status=status)

    answer = await ask_with(clients, f"Bearer {world.tokens['pE']}")

    check_unauthenticated(answer)


async def test_a_token_revoked_a_second_ago_opens_nothing_any_more(world: World, clients: Clients):
    before = await ask_with(clients, f"Bearer {world.tokens['cL']}")

    await clients.change("revokeApiToken", {"apiTokenId": world.id("token_cL")}, as_=world.cL)
    after = await ask_with(clients, f"Bearer {world.tokens['cL']}")

    assert before.status == 200
    check_unauthenticated(after)


async def test_an_unknown_token_costs_one_statement_and_opens_nothing(world: World, clients: Clients):
    with collect_statements() as statements:
        answer = await ask_with(clients, f"Bearer {new_token()}")

    check_unauthenticated(answer)
    assert len(statements) == 1


def mistype(secret: str) -> list[str]:
    """The token with each of its characters changed in turn, and as people copy tokens wrongly."""
    changed = [
        secret[:place] + ("B" if letter == "A" else "A") + secret[place + 1 :] for place, letter in enumerate(secret)
    ]
    return [*changed, secret[:-1], secret + "A", secret[1:], secret.upper(), secret.lower(), secret[:9], f'"{secret}"']


async def test_a_mistyped_token_is_refused_without_a_statement(world: World, clients: Clients):
    with collect_statements() as statements:
        answers = [await ask_with(clients, f"Bearer {wrong}") for wrong in mistype(world.tokens["cL"])]

    for answer in answers:
        check_unauthenticated(answer)
    assert len(answers) == 51
    assert statements == []


@pytest.mark.parametrize(
    "secret",
    [
        "",
        " ",
        "x",
        "null",
        "undefined",
        "rsl_pat_",
        "rsl_pat_" + "A" * 36,
        "rsl_pat_" + "é" * 36,
        "a b",
        "A" * 30_000,
        "rsl_pat_" + "A" * 30_000,
        "' OR 1=1 --",
        "\t",
        "rsl_pat_\0",
    ],
)
async def test_a_text_that_is_not_a_token_is_refused_without_a_statement(world: World, clients: Clients, secret: str):
    with collect_statements() as statements:
        answers = [await ask_with(clients, f"Bearer {secret}".encode(encoding)) for encoding in ("utf-8", "latin-1")]

    for answer in answers:
        check_unauthenticated(answer)
    assert statements == []


@pytest.mark.parametrize(
    "scheme", ["", "Basic", "Token", "Digest", "Bearer:", "BearerX", "Bearer\t", "é", "x" * 30_000]
)
async def test_another_scheme_is_refused_and_the_right_one_is_named(world: World, clients: Clients, scheme: str):
    answer = await ask_with(clients, f"{scheme} {world.tokens['cL']}".encode())

    check_unauthenticated(answer, SEND_A_TOKEN)


async def test_a_token_is_taken_from_nowhere_but_the_header(world: World, clients: Clients):
    secret = world.tokens["cL"]

    by_address = await clients.http.get("/graphql", params={"query": WHO, "token": secret, "access_token": secret})
    by_body = await clients.http.post("/graphql", json={"query": WHO, "token": secret, "extensions": {"token": secret}})
    by_cookie = await clients.http.post("/graphql", json={"query": WHO}, headers={"Cookie": f"session={secret}"})
    by_header = await clients.http.post("/graphql", json={"query": WHO}, headers={"X-Api-Key": secret, "Token": secret})

    for response in (by_address, by_body, by_cookie, by_header):
        assert response.json() == {"data": {"viewer": None}}


@pytest.mark.parametrize(
    "request_",
    [
        {"content": b"\xff", "json": None},
        {"content": b"null", "json": None},
        {"content": b"x", "json": None, "headers": {"Content-Type": "text/plain"}},
        {"json": {"query": "{"}},
        {"json": []},
    ],
)
async def test_a_bad_token_is_refused_before_the_body_is_looked_at(
    world: World, clients: Clients, request_: dict[str, Any]
):
    answer = await ask_with(clients, f"Bearer {new_token()}", **request_)

    check_unauthenticated(answer)


async def test_a_bad_token_is_refused_before_the_body_has_come(world: World, clients: Clients):
    async def never():
        raise AssertionError("The body was read.")
        yield b""

    answer = await ask_with(clients, "Bearer x", json=None, content=never(), headers={"Content-Length": "9"})

    check_unauthenticated(answer)


async def test_a_bad_token_is_not_made_good_by_a_session(world: World, clients: Clients):
    cookie = {"Cookie": f"session={world.cL.session}"}

    bad_token = await ask_with(clients, f"Bearer {new_token()}", headers=cookie)
    other_scheme = await ask_with(clients, "Basic x", headers=cookie)
    empty = await ask_with(clients, "", headers=cookie)

    check_unauthenticated(bad_token)
    check_unauthenticated(other_scheme, SEND_A_TOKEN)
    check_unauthenticated(empty, SEND_A_TOKEN)


async def test_a_token_counts_and_not_the_session_next_to_it(world: World, clients: Clients):
    answer = await ask_with(clients, f"Bearer {world.tokens['pL']}", headers={"Cookie": f"session={world.cL.session}"})

    assert answer.data["viewer"]["user"]["email"] == "pl@nova.example"


async def test_a_token_may_ask_by_get_as_well(world: World, clients: Clients):
    response = await clients.http.get(
        "/graphql", params={"query": WHO}, headers={"Authorization": f"Bearer {world.tokens['pL']}"}
    )

    assert response.json()["data"]["viewer"]["user"]["email"] == "pl@nova.example"
    assert response.headers["cache-control"] == "no-store"


async def test_a_bad_token_leaves_no_trace(world: World, clients: Clients):
    before = await AuditEvent.all().count(), await ApiToken.all().order_by("id").values()

    for authorization in (f"Bearer {new_token()}", "Bearer x", "Basic x"):
        await ask_with(clients, authorization)

    assert (await AuditEvent.all().count(), await ApiToken.all().order_by("id").values()) == before


async def test_the_secret_is_in_no_answer_but_the_one_that_made_it(world: World, clients: Clients):
    input = {"organisationId": world.id("alpina"), "name": "mine", "scopes": ["PRODUCTS_READ"]}
    made = await clients.change("createApiToken", input, "apiToken { id } secret", as_=world.cL)
    secret, id = made.data["createApiToken"]["secret"], made.data["createApiToken"]["apiToken"]["id"]

    shown = await clients.ask(
        "query($id: ID!) { node(id: $id) { ... on ApiToken { id name lastFour scopes } } }", {"id": id}, as_=world.cL
    )
    stored = await ApiToken.all().values()

    assert shown.data["node"] == {"id": id, "name": "mine", "lastFour": secret[-4:], "scopes": ["PRODUCTS_READ"]}
    assert secret not in str(stored)
    assert secret[8:-4] not in str(stored)
