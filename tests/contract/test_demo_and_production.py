"""Is the demo kept from others, and production from the demo's credentials?"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.expressions import Q

from server.cli import credentials, main
from server.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, employee_token
from server.demo.accounts import password_hash
from server.domain.money import Currency
from server.domain.people.organisations import LegalEntityType
from server.domain.people.tokens import token_digest
from server.models import ApiToken, AuditEvent, Organisation, Session, User
from server.resolvers.people import passwords
from server.settings import Settings
from tests.contract.command_line import free_port, no_settings

__all__ = ["no_settings"]
MEANT = "Use 127.0.0.1, or confirm with --demo-in-public or RESELLER_DEMO_IN_PUBLIC=true."
CURE = (
    "Give production its own database in RESELLER_DATABASE_URL, or run `python -m server demo --close-accounts` "
    "to remove them. To run the demo, set --demo or RESELLER_DEMO=true."
)
Run = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def run(no_settings: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, next to the connections that are open here. Gives its exit code and what it said."""

    async def run_here(*arguments: str, **settings: object) -> tuple[int, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"RESELLER_{name.upper()}", str(value))
        exit_code = await asyncio.get_running_loop().run_in_executor(None, main, arguments)
        out, err = capsys.readouterr()
        return exit_code, out + err

    return run_here


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"host": "0.0.0.0"}, "RESELLER_HOST is 0.0.0.0"),
        ({"host": "::"}, "RESELLER_HOST is ::"),
        ({"public_url": "https://localhost"}, "RESELLER_PUBLIC_URL is https://localhost"),
        ({"public_url": "http://demo.invalid"}, "RESELLER_PUBLIC_URL is http://demo.invalid"),
        ({"app_url": "https://app.invalid"}, "RESELLER_APP_URL is https://app.invalid"),
        (
            {"smtp_host": "127.0.0.1", "mail_from": "no-reply@company.example"},
            "RESELLER_SMTP_HOST is 127.0.0.1",
        ),
    ],
)
@pytest.mark.parametrize("demo", [["--demo"], []])
async def test_a_demo_that_others_could_reach_does_not_start(
    run: Run, tmp_path: Any, settings: dict[str, str], reason: str, demo: list[str]
):
    chosen = settings | {"database_url": f"sqlite://{tmp_path}/x.sqlite3", "demo": "false" if demo else "true"}

    exit_code, text = await run("serve", *demo, **chosen)

    assert exit_code == 2
    assert text == f"Others could reach this demo, and its password and API token are public: {reason}. {MEANT}\n"
    assert list(tmp_path.iterdir()) == []  # nothing was begun


async def test_a_worker_of_a_demo_that_sends_e_mails_does_not_start(run: Run):
    settings = {"demo": "true", "smtp_host": "127.0.0.1", "mail_from": "no-reply@company.example"}

    exit_code, text = await run("worker", database_url="asyncpg://nobody@127.0.0.1:9/none", **settings)

    assert exit_code == 2
    assert text.startswith("Others could reach this demo")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"host": "127.0.0.2"},
        {"host": "::1"},
        {"host": "localhost", "public_url": "http://localhost:8000"},
        {"app_url": "http://[::1]:3000"},
        {"host": "0.0.0.0", "demo_in_public": True},
        {"public_url": "https://demo.invalid", "demo_in_public": True},
        {"host": "0.0.0.0", "demo": False},
    ],
)
def test_a_demo_on_this_machine_or_one_that_is_meant_starts(changes: dict[str, Any]):
    credentials.check_demo_is_private(Settings(_env_file=None, **({"demo": True} | changes)))


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1", "nowhere.invalid"])
def test_an_address_that_others_may_reach_is_not_loopback(host: str):
    assert not credentials.is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost", "::ffff:127.0.0.1"])
def test_only_an_address_of_this_machine_is_loopback(host: str):
    assert credentials.is_loopback(host)


async def demo_account(number: int, password: str | None = None) -> User:
    """One of the demo's accounts, with the demo's password unless another one was set."""
    account = DEMO_ACCOUNTS[number]
    stored = await passwords.hash_password(password) if password else await asyncio.to_thread(password_hash)
    return await User.create(
        email=account.email, first_name=account.first_name, last_name=account.last_name, password_hash=stored
    )


async def demo_token(user: User) -> ApiToken:
    home = Organisation.build(
        name="Agence Trois Lacs",
        legal_name="Agence Trois Lacs Sàrl",
        legal_entity_type=LegalEntityType.COMPANY,
        street="Rue du Lac 3",
        postcode="1400",
        city="Yverdon",
        country="CH",
        currency=Currency.CHF,
    )
    await home.save()
    return await token(user, home, token_digest(employee_token()))


async def token(user: User, home: Organisation, secret_digest: str) -> ApiToken:
    return await ApiToken.create(
        user_id=user.id,
        organisation_id=home.id,
        name="Dashboard",
        secret_digest=secret_digest,
        last_four="abcd",
        scopes=[],
        is_for_some_customers=False,
        expires_at=datetime.now(UTC) + timedelta(days=3),
    )


ACCOUNTS, TOKEN = "{} accounts with the demo's password", "the demo's API token"


@pytest.mark.postgres
@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_production_does_not_start_on_a_database_with_the_demo_s_accounts(
    run: Run, own_database: Settings, command: str
):
    if command == "worker" and own_database.is_sqlite:
        pytest.skip("on SQLite `serve` is the worker")
    await demo_account(0)
    await demo_account(1, DEMO_PASSWORD)  # somebody set the same one
    await demo_token(await demo_account(2, "another password"))
    options = ("--port", str(free_port())) if command == "serve" else ()

    exit_code, text = await run(command, *options, database_url=own_database.database_url)

    found = f"{ACCOUNTS.format(2)} and {TOKEN}"
    assert (exit_code, text) == (1, f"This database was a demo: it has {found}, which are public. {CURE}\n")


@pytest.mark.postgres
async def test_the_remaining_credentials_of_the_demo_are_named(own_database: Settings):
    now, nobody = datetime.now(UTC), await demo_account(2, "another password")
    kept = await demo_token(nobody)

    found = await credentials.public_credentials(now)
    kept.revoked_at = now
    await kept.save()
    after = await credentials.public_credentials(now)

    assert (found.user_ids, found.token_ids) == ([], [kept.id])
    assert not after


@pytest.mark.postgres
async def test_closing_the_demo_s_accounts_lets_nobody_in_and_does_not_touch_others(run: Run, own_database: Settings):
    now = datetime.now(UTC)
    claire, other = await demo_account(0), await demo_account(1, "another password")
    public = await demo_token(claire)
    home = await Organisation.get()
    made_by_anybody, kept = await token(claire, home, "a" * 64), await token(other, home, "b" * 64)
    for user in (claire, other):
        await Session.create(
            user_id=user.id, secret_digest=user.id.hex, password_confirmed_at=now, expires_at=now + timedelta(hours=1)
        )

    first = await run("demo", "--close-accounts", database_url=own_database.database_url)
    second = await run("demo", "--close-accounts", database_url=own_database.database_url)

    said = "The demo's password was removed from {} accounts, and {} API tokens were revoked.\n"
    assert (first, second) == ((0, said.format(1, 2)), (0, said.format(0, 0)))
    assert not await credentials.public_credentials(now)
    assert await User.filter(password_hash__isnull=False).values_list("id", flat=True) == [other.id]
    assert await ApiToken.filter(revoked_at__isnull=True).values_list("id", flat=True) == [kept.id]
    assert await Session.filter(ended_at__isnull=True).values_list("user_id", flat=True) == [other.id]
    acts = (
        await AuditEvent.filter(Q(actor_id__isnull=True)).order_by("action", "id").values_list("action", "subject_id")
    )
    assert acts == [
        ("apiToken.revoked", public.id),
        ("apiToken.revoked", made_by_anybody.id),
        ("session.ended", (await Session.get(user_id=claire.id)).id),
        ("user.passwordRemoved", claire.id),
    ]
