"""Is a browser's session its own: made by the right password, sent by our own pages alone, and ended at once?"""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from ipaddress import ip_network
from typing import Any

import pytest
from tortoise.models import Model

from server.app import create_app
from server.domain.rights import Role
from server.models import ApiToken, AuditEvent, Session, SignInFailure, User
from server.resolvers import passwords
from server.resolvers.sessions import session_digest
from server.settings import Settings
from tests.clients import URL, Answer, Clients
from tests.statements import counted
from tests.world import PASSWORD, World, organisation, person

pytestmark = pytest.mark.database

WHO = "{ viewer { user { email } } }"
SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { viewer { user { email } } userErrors { code message field } } }"
SIGN_OUT = "mutation($everywhere: Boolean!) { signOut(input: {everywhere: $everywhere}) { userErrors { code } } }"
NOBODY = {"data": {"viewer": None}}
WRONG = {"code": "INVALID_CREDENTIALS", "message": "The e-mail address or the password is wrong.", "field": None}
TOO_MANY = {"code": "TOO_MANY_ATTEMPTS", "message": "Too many failed attempts. Try again in an hour.", "field": None}
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


async def sign_in(clients: Clients, email: str, password: str, **headers: str) -> Answer:
    return await clients.ask(SIGN_IN, {"input": {"email": email, "password": password}}, headers=headers)


async def who(clients: Clients, cookie: str, name: str = "session") -> Any:
    """The address of whom this cookie belongs to, or None."""
    response = await clients.http.post("/graphql", json={"query": WHO}, headers={"Cookie": f"{name}={cookie}"})
    viewer = response.json()["data"]["viewer"]
    return viewer and viewer["user"]["email"]


def cookie_in(answer: Answer) -> tuple[str, str, dict[str, Any]]:
    """The name, the value and the attributes of the one cookie that an answer sets."""
    (header,) = answer.response.headers.get_list("set-cookie")
    ((name, morsel),) = SimpleCookie(header).items()
    return name, morsel.value, {attribute: value for attribute, value in morsel.items() if value != ""}


async def count(model: type[Model]) -> int:
    return await model.all().count()


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

    with counted() as statements:
        answer = await clients.change("createApiToken", input, as_=world.cL, headers={"Origin": origin})

    assert answer.status == 403
    assert answer.json == {
        "errors": [
            {
                "message": "Requests from other sites are not answered.",
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
async def test_a_cookie_that_is_no_session_is_nobody(world: World, clients: Clients, cookie: str):
    headers = {"Cookie": f"session={cookie}".encode()}

    response = await clients.http.post("/graphql", json={"query": WHO}, headers=headers)

    assert (response.status_code, response.json()) == (200, NOBODY)


async def test_an_expired_session_is_nobody(world: World, clients: Clients):
    await Session.filter(user_id=world.cL.user.id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert await who(clients, world.cL.session) is None


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


async def test_an_unknown_account_and_a_wrong_password_are_answered_alike(world: World, clients: Clients):
    unknown = await sign_in(clients, "nobody@alpina.example", "wrong")
    wrong = await sign_in(clients, "cl@alpina.example", "wrong")
    empty = await sign_in(clients, "cl@alpina.example", "")

    assert unknown.response.content == wrong.response.content == empty.response.content
    assert wrong.data == {"signIn": {"viewer": None, "userErrors": [WRONG]}}
    for answer in (unknown, wrong, empty):
        assert "set-cookie" not in answer.response.headers
        assert {name: value for name, value in answer.response.headers.items() if name != "x-request-id"} == {
            "content-type": "application/json; charset=utf-8",
            "content-length": str(len(unknown.response.content)),
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }


async def test_an_unknown_account_takes_as_long_as_one_whose_password_is_wrong(
    world: World, clients: Clients, own_password: str
):
    await sign_in(clients, "nobody@alpina.example", "wrong")  # the hash of nobody's password is made once

    unknown = await shortest(lambda: sign_in(clients, "nobody@alpina.example", "wrong"))
    wrong = await shortest(lambda: sign_in(clients, "cl@alpina.example", "wrong"))

    assert 0.4 < unknown / wrong < 2.5


@pytest.fixture
async def own_password(world: World) -> str:
    """cL's password, hashed as the product hashes it and not as cheaply as the world does."""
    stored = await passwords.hashed(PASSWORD)
    await User.filter(id=world.cL.user.id).update(password_hash=stored)
    return stored


async def shortest(attempt: Any) -> float:
    """The seconds of the quickest of three."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        await attempt()
        taken.append(time.perf_counter() - started)
    return min(taken)


@pytest.mark.parametrize("length", [10_001, 250_000])
async def test_an_overlong_password_is_refused_cheaply(world: World, clients: Clients, length: int):
    started = time.process_time()
    with counted() as statements:
        answer = await sign_in(clients, "cl@alpina.example", "x" * length)

    assert (answer.code, answer.errors[0]["message"]) == ("BAD_USER_INPUT", "Text is at most 10,000 characters long.")
    assert statements == []
    assert time.process_time() - started < 0.1
    assert await count(SignInFailure) == 0


async def test_an_empty_password_is_refused_without_hashing_it(world: World, clients: Clients, own_password: str):
    taken = await shortest(lambda: sign_in(clients, "cl@alpina.example", ""))
    hashing = await shortest(lambda: passwords.is_right("", own_password))

    assert taken < hashing


async def test_who_has_no_password_cannot_sign_in(world: World, clients: Clients):
    await User.filter(id=world.cL.user.id).update(password_hash=None)

    answers = [await sign_in(clients, "cl@alpina.example", password) for password in ("", "x", PASSWORD, "None")]

    assert [answer.data["signIn"]["userErrors"] for answer in answers] == [[WRONG]] * 4


async def test_ten_failures_close_an_account_for_an_hour_even_to_the_right_password(world: World, clients: Clients):
    failed = [await sign_in(clients, "cl@alpina.example", "") for _ in range(10)]

    refused = await sign_in(clients, "CL@alpina.example", PASSWORD)
    other = await sign_in(clients, "pl@nova.example", PASSWORD)
    await SignInFailure.all().update(since=datetime.now(UTC) - timedelta(minutes=61))
    later = await sign_in(clients, "cl@alpina.example", PASSWORD)

    assert [answer.data["signIn"]["userErrors"] for answer in failed] == [[WRONG]] * 10
    assert refused.data == {"signIn": {"viewer": None, "userErrors": [TOO_MANY]}}
    assert "set-cookie" not in refused.response.headers
    assert other.data["signIn"]["userErrors"] == later.data["signIn"]["userErrors"] == []


async def test_an_unknown_account_is_closed_as_a_known_one_is(world: World, clients: Clients):
    for _ in range(10):
        await sign_in(clients, "nobody@alpina.example", "")

    answer = await sign_in(clients, "nobody@alpina.example", "")

    assert answer.data["signIn"]["userErrors"] == [TOO_MANY]


async def test_the_right_password_forgives_what_the_account_failed_before(world: World, clients: Clients):
    for _ in range(3):
        for _ in range(9):
            await sign_in(clients, "cl@alpina.example", "")
        answer = await sign_in(clients, "cl@alpina.example", PASSWORD)

        assert answer.data["signIn"]["userErrors"] == []


async def test_signing_in_often_is_no_failure(world: World, clients: Clients):
    answers = [await sign_in(clients, "cl@alpina.example", PASSWORD) for _ in range(60)]

    assert [answer.data["signIn"]["userErrors"] for answer in answers] == [[]] * 60
    assert set(await SignInFailure.all().values_list("failures", flat=True)) == {0}


async def test_fifty_failures_from_one_address_close_it_whatever_the_account(world: World, clients: Clients):
    failed = [await sign_in(clients, f"nobody{number}@alpina.example", "") for number in range(50)]

    refused = await sign_in(clients, "cl@alpina.example", PASSWORD)

    assert [answer.data["signIn"]["userErrors"] for answer in failed] == [[WRONG]] * 50
    assert refused.data["signIn"]["userErrors"] == [TOO_MANY]


@pytest.mark.parametrize(
    ("failing", "asking", "is_closed"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
async def test_the_addresses_of_one_site_count_as_one(
    world: World, clients: Clients, failing: str, asking: str, is_closed: bool
):
    for number in range(50):
        await sign_in(coming_from(clients, failing), f"nobody{number}@alpina.example", "")

    answer = await sign_in(coming_from(clients, asking), "cl@alpina.example", PASSWORD)

    assert answer.data["signIn"]["userErrors"] == ([TOO_MANY] if is_closed else [])


def coming_from(clients: Clients, address: str) -> Clients:
    for http in (clients.http, clients.shadow):
        transport: Any = http and http._transport
        transport.client = (address, 1234)
    return clients


async def test_a_forwarded_address_is_not_believed(world: World, clients: Clients):
    for number in range(50):
        forged = f"192.0.2.{number}"
        await sign_in(
            clients, f"nobody{number}@alpina.example", "", **{"X-Forwarded-For": forged, "Forwarded": f"for={forged}"}
        )

    answer = await sign_in(clients, "cl@alpina.example", PASSWORD, **{"X-Forwarded-For": "192.0.2.99"})

    assert answer.data["signIn"]["userErrors"] == [TOO_MANY]


async def test_behind_a_trusted_proxy_callers_are_not_one_address(world: World, settings: Settings):
    async with Clients(
        create_app(settings.model_copy(update={"trusted_proxies": (ip_network("127.0.0.1"),)}))
    ) as clients:
        for number in range(50):
            headers = {"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.1"}
            await sign_in(clients, f"nobody{number}@alpina.example", "", **headers)

        same = await sign_in(clients, "cl@alpina.example", PASSWORD, **{"X-Forwarded-For": "192.0.2.1"})
        other = await sign_in(clients, "cl@alpina.example", PASSWORD, **{"X-Forwarded-For": "192.0.2.2"})

    assert same.data["signIn"]["userErrors"] == [TOO_MANY]
    assert other.data["signIn"]["userErrors"] == []


async def test_no_failure_keeps_whom_it_was_about(world: World, clients: Clients):
    await sign_in(clients, "cl@alpina.example", "")

    stored = str(await SignInFailure.all().values())
    assert "alpina" not in stored
    assert "127.0.0.1" not in stored


async def test_of_sixteen_guesses_at_once_ten_are_looked_at(own_database: Settings):
    guest = await person("guest", await organisation("Alone"), Role.LEGAL_REPRESENTATIVE, datetime.now(UTC))

    async with Clients(create_app(own_database)) as clients:
        answers = await asyncio.gather(*(sign_in(clients, guest.user.email, f"guess {number}") for number in range(16)))
        right = await sign_in(clients, guest.user.email, PASSWORD)

    said = sorted(error["code"] for answer in answers for error in answer.data["signIn"]["userErrors"])
    assert said == ["INVALID_CREDENTIALS"] * 10 + ["TOO_MANY_ATTEMPTS"] * 6
    assert right.data["signIn"]["userErrors"] == [TOO_MANY]
    assert await Session.filter(user_id=guest.user.id).count() == 1


async def test_of_sixteen_guesses_at_sixteen_accounts_at_once_the_address_allows_its_number(own_database: Settings):
    few = own_database.model_copy(update={"sign_in_failures_per_address": 5})

    async with Clients(create_app(few)) as clients:
        answers = await asyncio.gather(*(sign_in(clients, f"nobody{number}@x.example", "") for number in range(16)))

    said = sorted(error["code"] for answer in answers for error in answer.data["signIn"]["userErrors"])
    assert said == ["INVALID_CREDENTIALS"] * 5 + ["TOO_MANY_ATTEMPTS"] * 11


async def test_sixteen_people_sign_in_at_once(own_database: Settings):
    home = await organisation("Home")
    people = [
        await person(f"guest{number}", home, Role.LEGAL_REPRESENTATIVE, datetime.now(UTC)) for number in range(16)
    ]

    async with Clients(create_app(own_database)) as clients:
        answers = await asyncio.gather(*(sign_in(clients, guest.user.email, PASSWORD) for guest in people))

    assert [answer.data["signIn"]["userErrors"] for answer in answers] == [[]] * 16
    assert set(await SignInFailure.all().values_list("failures", flat=True)) == {0}


async def test_the_right_password_forty_times_at_once_is_no_failure(own_database: Settings):
    guest = await person("guest", await organisation("Alone"), Role.LEGAL_REPRESENTATIVE, datetime.now(UTC))

    async with Clients(create_app(own_database)) as clients:
        for number in range(9):
            await sign_in(clients, guest.user.email, f"guess {number}")
        answers = await asyncio.gather(*(sign_in(clients, guest.user.email, PASSWORD) for _ in range(40)))

    assert [answer.data["signIn"]["userErrors"] for answer in answers] == [[]] * 40
    assert await SignInFailure.filter(failures=0).count() == 1  # of the account; the address has its nine guesses


async def test_more_people_than_an_address_may_fail_sign_in_from_it_at_once(own_database: Settings):
    few = own_database.model_copy(update={"sign_in_failures_per_address": 5})
    home = await organisation("Home")
    people = [
        await person(f"guest{number}", home, Role.LEGAL_REPRESENTATIVE, datetime.now(UTC)) for number in range(16)
    ]

    async with Clients(create_app(few)) as clients:
        answers = await asyncio.gather(*(sign_in(clients, guest.user.email, PASSWORD) for guest in people))

    assert [answer.data["signIn"]["userErrors"] for answer in answers] == [[]] * 16
