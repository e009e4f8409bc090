"""Demo worlds that are built once, for tests that only read them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from tortoise.context import TortoiseContext

from server.demo import build_demo
from server.demo.world import DemoWorld
from tests.databases import Databases, kept_as_it_is, open_database, rolled_back, settings_for
from tests.models.demo import NOW, Rows, read_rows


@dataclass(frozen=True)
class Demo:
    """A demo world, what it consists of, and its database."""

    world: DemoWorld
    rows: Rows
    database: TortoiseContext


class Demos:
    """Demo worlds by their scale. Each is built when it is asked for."""

    def __init__(self, all_databases: Databases, stack: AsyncExitStack) -> None:
        self.all_databases = all_databases
        self.stack = stack
        self.built = dict[int, Demo]()

    @asynccontextmanager
    async def connect(self, scale: int = 1) -> AsyncIterator[Demo]:
        """The world's database is the connected one meanwhile."""
        if scale not in self.built:
            self.built[scale] = await self._build(scale)
        demo = self.built[scale]
        with demo.database:
            async with rolled_back():
                yield demo

    async def _build(self, scale: int) -> Demo:
        settings = settings_for(await self.all_databases.copy())
        database = await self.stack.enter_async_context(open_database(kept_as_it_is(settings)))
        with database:
            return Demo(await build_demo(scale, now=NOW), await read_rows(), database)


@pytest.fixture(scope="session")
async def demos(all_databases: Databases) -> AsyncIterator[Demos]:
    async with AsyncExitStack() as stack:
        yield Demos(all_databases, stack)


@pytest.fixture
async def demo(demos: Demos) -> AsyncIterator[Demo]:
    """The demo world, in the connected database."""
    async with demos.connect() as demo:
        yield demo
