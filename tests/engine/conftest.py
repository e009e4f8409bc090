"""The toy, connected for one test at a time: it shares the process with the product's own models."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise import Tortoise

from server.domain.viewer import Viewer
from server.models.database import connect, disconnect, tortoise_config
from server.settings import Settings
from tests.databases import Databases, settings_for

pytest.register_assert_rewrite("tests.engine.toy")

from tests.engine import toy as toys  # noqa: E402 - rewritten, so that a difference is told
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


@pytest.fixture(scope="session")
async def toy_database(all_databases: Databases, settings: Settings) -> AsyncIterator[tuple[Settings, dict[str, Any]]]:
    """A database with the toy's tables and rows."""
    own = settings_for(await all_databases.copy())
    await disconnect()
    await toys.connect_toy(_credentials(own))
    await Tortoise.generate_schemas()
    rows = await toys.fill()
    await disconnect()
    await connect(settings)
    yield own, rows


@pytest.fixture
async def toy(toy_database: tuple[Settings, dict[str, Any]], settings: Settings) -> AsyncIterator[Toy]:
    """The toy with a new engine."""
    own, rows = toy_database
    await disconnect()
    await toys.connect_toy(_credentials(own))
    yield Toy(toys.SCHEMA, toys.engine_of(toys.SCHEMA), dict(rows))
    await disconnect()
    await connect(settings)


def _credentials(settings: Settings) -> dict[str, Any]:
    return tortoise_config(settings)["connections"]["default"]
