"""Building the demo world, and the visitor's guide to it."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import Progress, TaskID

from server.cli.credentials import close_public_credentials
from server.cli.database import open_current_database, prepare_database
from server.cli.failures import Failure
from server.cli.settings import read_settings
from server.cli.tokens import command_context
from server.demo import (
    DEMO_ACCOUNTS,
    DEMO_PASSWORD,
    DatabaseNotEmpty,
    DemoAccount,
    DemoWorld,
    Report,
    build_demo,
    employee_token,
    is_built,
)
from server.jobs import system_context
from server.resolvers.context import Context
from server.resolvers.partnerships.receipt_backfill import backfill_receipts
from server.settings import Settings


async def build_world(scale: int) -> None:
    """Build the world in an empty database and print what is in it."""
    settings = read_settings()
    await prepare_database(settings)
    async with open_current_database(settings):
        world = await _build_with_receipts(settings, scale)
    width = max(len(table) for table in world.counts)
    for table, rows in world.counts.items():
        print(f"  {table:<{width}}  {rows:>9,}")
    print(visitors_guide())


async def close_accounts() -> None:
    """Remove the demo's password and tokens from a database that was a demo."""
    context = command_context(read_settings())
    async with open_current_database(context.settings):
        people, tokens = await close_public_credentials(context)
    print(f"The demo's password was removed from {people} accounts, and {tokens} API tokens were revoked.")


async def build_once(settings: Settings) -> None:
    """Build the world unless it exists. Refuses to mix it with real data."""
    async with open_current_database(settings):
        if not await is_built():
            await _build_with_receipts(settings, scale=1)


def visitors_guide() -> str:
    """The accounts to sign in with, and the credentials for the API."""
    *visitors, employee = DEMO_ACCOUNTS
    people = [f"{visitor.email}, {_describe_role(visitor)}" for visitor in visitors]
    lines = [
        *zip(["Sign in as", *[""] * len(people)], people, strict=False),
        ("Password", DEMO_PASSWORD),
        ("API token", employee_token()),
        ("", f"of {employee.email}, {_describe_role(employee)}"),
    ]
    return "\n".join(f"  {label:<12}{text}" for label, text in lines)


def _describe_role(account: DemoAccount) -> str:
    return f"{account.role.replace('_', ' ').lower()} of {account.organisation}"


async def _build_with_receipts(settings: Settings, scale: int) -> DemoWorld:
    """The world, with a first receipt for each live partnership, so that both sides have something to verify."""
    now = datetime.now(UTC)
    try:
        with _progress_bar() as report:
            world = await build_demo(scale, now=now, report=report)
    except DatabaseNotEmpty as error:
        raise Failure(
            "The database is not empty, and the demo never mixes with existing data. "
            "Set RESELLER_DATABASE_URL to another database."
        ) from error
    receipts = await _write_receipts(system_context(settings, now))
    return replace(world, counts={**world.counts, "receipt": receipts})


async def _write_receipts(context: Context) -> int:
    total = 0
    while written := await backfill_receipts(context):
        total += written
    return total


@contextmanager
def _progress_bar() -> Generator[Report | None]:
    """A progress bar in a terminal. Nothing in logs and pipes."""
    if not sys.stderr.isatty():
        yield None
        return
    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks = dict[str, TaskID]()

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done)

        yield report
