"""Is a browser's session its own: made by the right password, sent only by our own pages, and ended at once?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest

from server.app import create_app
from server.authentication import Credentials, authenticate
from server.authentication.viewer_cache import ViewerCache
from server.models import ApiToken, AuditEvent, Session
from server.resolvers.people.sessions import session_digest
from server.settings import Settings
from tests.clients import URL, Answer, Clients
from tests.rows import PASSWORD
from tests.security.browser_sessions import SIGN_IN, count, sign_in
from tests.statements import collect_statements
from tests.world import World

WHO = "{ viewer { user { email } } }"
SIGN_OUT = "mutation($everywhere: Boolean!) { signOut(input: {everywhere: $everywhere}) { userErrors { code } } }"
NOBODY = {"data": {"viewer": None}}
FOREIGN = [
    "https://evil.example",
    "http://evil.example",
    "null",
    "",
    "http://127.0.0.1",
    "http://127.0.0.1:8001",
    "http://127.0.0.1:8000.evil.example",
    "http://evil.example/http://127.0.0.1:8000",
    "http://user@127.0.0.1:8000",
    "http://127.0.0.1:8000/",
    "http://[",
    "http://[::1",
    "ws://127.0.0.1:8000",
    "file://",
    "127.0.0.1:8000",
]


async def who(clients: Clients, cookie: str, name: str = "session") -> Any:
    """The address of the person this cookie belongs to, or None."""
    response = await clients.http.post("/graphql", json={"query": WHO}, headers={"Cookie": f"{name}={cookie}"})
    viewer = response.json()["data"]["viewer"]
    return viewer and viewer["user"]["email"]


def cookie_in(answer: Answer) -> tuple[str, str, dict[str, Any]]:
    """The name, the value and the attributes of the one cookie that an answer sets."""
    (header,) = answer.response.headers.get_list("set-cookie")
    ((name, morsel),) = SimpleCookie(header).items()
    return name, morsel.value, {attribute: value for attribute, value in morsel.items() if value != ""}


@pytest.fixture
async def secure(world: World, settings: Settings) -> AsyncIterator[Clients]:
    """Clients of a server that people reach by https, behind a proxy."""
    async with Clients(create_app(settings.model_copy(update={"public_url": "https://partners.example"}))) as found:
        yield found


async def test_the_right_password_makes_a_session_of_which_only_the_digest_is_kept(world: World, clients: Clients):
    answer = await sign_in(clients, "CL@Alpina.example ", PASSWORD)

    name, value, attributes = cookie_in(answer)
    assert answer.data == {"signIn": {"viewer": {"user": {"email": "cl@alpina.example"}}, "userErrors": []}}
    assert (name, attributes) == (
        "session",
        {"path": "/", "httponly": True, "samesite": "lax", "max-age": "43200"},
    )
    assert len(value) == 43
    assert await who(clients, value) == "cl@alpina.example"
    assert await Session.filter(secret_digest=session_digest(value)).count() == 1
    assert value not in str(await Session.all().values())


async def test_over_https_no_other_site_can_set_or_see_the_cookie(world: World, secure: Clients):
    signed_in = await sign_in(secure, "cl@alpina.example", PASSWORD)
    name, value, attributes = cookie_in(signed_in)
    response = await secure.http.post(
        "/graphql", json={"query": SIGN_OUT, "variables": {"everywhere": False}}, headers={"Cookie": f"{name}={value}"}
    )
    signed_out = cookie_in(Answer(response))

    strict = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}
    assert (name, attributes) == ("__Host-session", strict | {"max-age": "43200"})
    assert signed_out[:2] == ("__Host-session", "")
    assert signed_out[2] == strict | {"max-age": "0", "expires": signed_out[2]["expires"]}


async def test_over_https_the_cookie_of_http_does_not_count(world: World, secure: Clients):
    assert await who(secure, world.cL.session) is None
    assert await who(secure, world.cL.session, "__Host-session") == "cl@alpina.example"


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_changes_nothing_with_the_cookie(world: World, clients: Clients, origin: str):
    input = {"organisationId": world.id("alpina"), "name": "evil", "scopes": ["PRODUCTS_READ"]}
    before = await count(ApiToken), await count(AuditEvent), await count(Session)

    with collect_statements() as statements:
        answer = await clients.change("createApiToken", input, as_=world.cL, headers={"Origin": origin})

    assert answer.status == 403
    assert answer.json == {
        "errors": [
            {
                "message": "Requests from other sites are refused.",
                "extensions": {"code": "BAD_USER_INPUT", "requestId": answer.response.headers["x-request-id"]},
            }
        ]
    }
    assert statements == []
    assert (await count(ApiToken), await count(AuditEvent), await count(Session)) == before


async def test_a_foreign_page_signs_nobody_in(world: World, clients: Clients):
    answer = await sign_in(clients, "cl@alpina.example", PASSWORD, Origin="https://evil.example")

    assert answer.status == 403
    assert "set-cookie" not in answer.response.headers


@pytest.mark.parametrize("origin", [None, URL, "https://127.0.0.1:8000"])
async def test_our_own_pages_and_programs_are_answered(world: World, clients: Clients, origin: str | None):
    headers = {} if origin is None else {"Origin": origin}

    answer = await clients.ask(WHO, as_=world.cL, headers=headers)

    assert answer.data["viewer"]["user"]["email"] == "cl@alpina.example"


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://partners.example", 200),
        ("http://partners.example", 403),
        ("https://127.0.0.1:8000", 200),
        (URL, 403),
        ("https://partners.example:8443", 403),
        ("https://PARTNERS.example.evil", 403),
    ],
)
async def test_over_https_a_page_without_it_is_foreign(world: World, secure: Clients, origin: str, status: int):
    answer = await secure.ask("{ __typename }", headers={"Origin": origin})

    assert answer.status == status


async def test_get_does_not_look_at_cookies(world: World, clients: Clients):
    for origin in ({}, {"Origin": "https://evil.example"}):
        response = await clients.http.get(
            "/graphql", params={"query": WHO}, headers={"Cookie": f"session={world.cL.session}"} | origin
        )

        assert response.json() == NOBODY


async def test_no_answer_lets_another_site_read_it(world: World, clients: Clients):
    preflight = await clients.http.options(
        "/graphql",
        headers={
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    answer = await clients.ask(WHO, headers={"Origin": URL})

    assert preflight.status_code == 405
    for response in (preflight, answer.response):
        assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "cookie", ["", "x", "\\ud800", '"\\377\\000"', "x" * 30_000, "é", "a;session=b", "' OR 1=1 --", "=", ";;;"]
)
async def test_a_cookie_that_is_not_a_session_is_nobody(world: World, clients: Clients, cookie: str):
    headers = {"Cookie": f"session={cookie}".encode()}

    response = await clients.http.post("/graphql", json={"query": WHO}, headers=headers)

    assert (response.status_code, response.json()) == (200, NOBODY)


async def test_an_expired_session_is_nobody(world: World, clients: Clients):
    await Session.filter(user_id=world.cL.user.id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert await who(clients, world.cL.session) is None


@pytest.mark.parametrize(("after", "is_signed_in"), [(timedelta(microseconds=-1), True), (timedelta(0), False)])
async def test_a_session_is_over_at_the_time_it_expires(world: World, after: timedelta, is_signed_in: bool):
    session = await Session.get(secret_digest=session_digest(world.cL.session))

    viewer = await authenticate(Credentials(session=world.cL.session), session.expires_at + after, ViewerCache())

    assert (viewer is not None) is is_signed_in


async def test_signing_out_ends_this_session_and_no_other(world: World, clients: Clients):
    other = cookie_in(await sign_in(clients, "cl@alpina.example", PASSWORD))[1]

    answer = await clients.ask(SIGN_OUT, {"everywhere": False}, as_=world.cL)

    assert cookie_in(answer)[:2] == ("session", "")
    assert await who(clients, world.cL.session) is None
    assert await who(clients, other) == "cl@alpina.example"
    assert await who(clients, world.pL.session) == "pl@nova.example"


async def test_signing_out_everywhere_ends_the_other_sessions_at_once(world: World, clients: Clients):
    others = [cookie_in(await sign_in(clients, "cl@alpina.example", PASSWORD))[1] for _ in range(3)]

    answer = await clients.ask(SIGN_OUT, {"everywhere": True}, as_=world.cL)

    assert answer.data == {"signOut": {"userErrors": []}}
    assert [await who(clients, cookie) for cookie in (world.cL.session, *others)] == [None] * 4
    assert await who(clients, world.pL.session) == "pl@nova.example"


async def test_an_ended_session_does_not_come_back(world: World, clients: Clients):
    await clients.ask(SIGN_OUT, {"everywhere": False}, as_=world.cL)
    answer = await clients.ask(SIGN_OUT, {"everywhere": True}, as_=world.cL)

    assert answer.code == "UNAUTHENTICATED"


async def test_after_signing_out_an_operation_goes_on_as_nobody(world: World, clients: Clients):
    document = """
        mutation {
          out: signOut(input: {}) { userErrors { code } }
          again: signOut(input: {everywhere: true}) { userErrors { code } }
        }
    """

    answer = await clients.ask(document, as_=world.cL)

    assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [(["again"], "UNAUTHENTICATED")]


async def test_signing_in_does_not_take_over_the_session_that_was_sent(world: World, clients: Clients):
    response = await clients.http.post(
        "/graphql",
        json={"query": SIGN_IN, "variables": {"input": {"email": "cl@alpina.example", "password": PASSWORD}}},
        headers={"Cookie": "session=planted-by-somebody-else"},
    )

    assert cookie_in(Answer(response))[1] != "planted-by-somebody-else"
    assert await who(clients, "planted-by-somebody-else") is None
