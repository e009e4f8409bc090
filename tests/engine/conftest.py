"""The toy, connected for one test at a time: it shares the process with the product's own models."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from server.domain.viewer import Viewer
from server.settings import Settings
from tests.databases import Databases, kept_as_it_is, open_database, settings_for

pytest.register_assert_rewrite("tests.engine.toy")

from tests.engine import toy as toys  # noqa: E402 - rewritten, so that pytest explains a difference
from tests.engine.both import Both, both_ways, viewers_of  # noqa: E402
from tests.engine.toy import Toy  # noqa: E402
from tests.world import World  # noqa: E402


@pytest.fixture(scope="session")
async def viewers(standing_world: World) -> dict[str, Viewer | None]:
    """Every actor of the permission matrix, authenticated."""
    return await viewers_of(standing_world)


@pytest.fixture
async def both(viewers: dict[str, Viewer | None], settings: Settings, app: Starlette) -> AsyncIterator[Both]:
    """The product, asked both ways, with the engine's own connections."""
    async with both_ways(viewers, settings) as found:
        yield found


@pytest.fixture(scope="module")
async def standing_both(viewers: dict[str, Viewer | None], settings: Settings, app: Starlette) -> AsyncIterator[Both]:
    """The same for all tests of a file, where it does not matter what the engine remembers."""
    async with both_ways(viewers, settings) as found:
        yield found


@pytest.fixture(scope="session")
async def standing_toy(all_databases: Databases) -> AsyncIterator[tuple[TortoiseContext, dict[str, Any]]]:
    """A database with the toy's tables and rows."""
    own = settings_for(await all_databases.copy())
    async with open_database(kept_as_it_is(own) | {"apps": toys.APPS}) as database:
        with database:
            # Opened now: a first statement that is cancelled while it opens the connection would keep it.
            await get_connection("default").create_connection(with_db=True)
            await database.generate_schemas()
            rows = await toys.fill()
        yield database, rows


@pytest.fixture
async def toy(standing_toy: tuple[TortoiseContext, dict[str, Any]]) -> AsyncIterator[Toy]:
    """The toy with a new engine."""
    database, rows = standing_toy
    with database:
        yield Toy(toys.SCHEMA, toys.engine_of(toys.SCHEMA), dict(rows))
