"""Building the demo world in an empty database."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from server.demo.accounts import CLAIRE, DEMO_ACCOUNTS, DemoAccount, employee_token, password_hash
from server.demo.construction import Construction
from server.demo.seed import Calendar
from server.models import Organisation, User
from server.models.database import transaction
from server.models.products.catalogue_data import load_catalogue

Report = Callable[[str, int, int], None]
"""Called with a step, how much of it is done, and its total."""


class DatabaseNotEmpty(Exception):
    """The demo world is built only in an empty database, so that it never mixes with real data."""

    def __init__(self) -> None:
        super().__init__("This database already has organisations or people.")


@dataclass(frozen=True)
class DemoWorld:
    """What was built: rows by table, the accounts to sign in with, and the secret of the employee's API token."""

    counts: Mapping[str, int]
    accounts: tuple[DemoAccount, ...]
    employee_token: str


async def is_built() -> bool:
    """Whether the demo world is in the database, at any scale."""
    return await User.exists(email=CLAIRE.email)


async def build_demo(scale: int = 1, *, now: datetime, report: Report | None = None) -> DemoWorld:
    """Fill an empty database with three partners, forty customers and 600 products, `scale` times over.

    The database has to be connected and up to date. In the end all of the world is stored, or nothing. Raises
    `DatabaseNotEmpty` if an organisation or a person is already stored.
    """
    if scale < 1:
        raise ValueError("The scale of the demo world is at least 1.")
    shared_hash = await asyncio.to_thread(password_hash)
    async with transaction():
        if await Organisation.exists() or await User.exists():
            raise DatabaseNotEmpty
        await load_catalogue()
        construction = Construction(scale, Calendar.starting(now), report or _report_nothing)
        await construction.found_companies(shared_hash)
        await construction.sell_products()
        await construction.make_agreements()
        await construction.issue_token()
    return DemoWorld(construction.counts, DEMO_ACCOUNTS, employee_token())


def _report_nothing(step: str, done: int, total: int) -> None:
    """Reports no progress."""
