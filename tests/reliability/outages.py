"""A database that goes away, and an application that notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from server.app import create_app
from server.authentication.viewer_cache import ViewerCache
from server.domain.people.tokens import new_token
from server.resolvers import ids
from server.settings import Settings
from tests.clients import Answer, Clients
from tests.databases import connected_to
from tests.waiting import until
from tests.world import World, build_world

WHO = "{ viewer { user { firstName } } }"
CATALOGUE = "{ catalogue(first: 1) { nodes { name } } }"


class Far(Protocol):
    """A database that can be away for a while."""

    settings: Settings

    async def go(self) -> None: ...
    async def come_back(self) -> None: ...


@dataclass
class File:
    settings: Settings

    @property
    def elsewhere(self) -> Path:
        return self.settings.sqlite_file.with_suffix(".away")

    async def go(self) -> None:
        self.settings.sqlite_file.rename(self.elsewhere)

    async def come_back(self) -> None:
        self.elsewhere.rename(self.settings.sqlite_file)


@dataclass
class Line:
    """PostgreSQL over TCP, by a line that can be cut, or on which nothing comes any more.

    `cut_at` cuts it as soon as the server has answered what these bytes were in.
    """

    settings: Settings
    socket: str
    port: int = 0
    is_cutting: bool = False
    thawed: asyncio.Event = field(default_factory=asyncio.Event)
    cut_at: bytes | None = None
    server: asyncio.Server | None = None
    ends: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    def freeze(self) -> None:
        self.thawed.clear()

    async def come_back(self) -> None:
        self.thawed.set()
        self.is_cutting, self.cut_at = False, None
        if self.server is None:
            self.server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
            self.port = self.server.sockets[0].getsockname()[1]

    async def go(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None
        for end in self.ends:
            end.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_database, to_database = await asyncio.open_unix_connection(self.socket)
        self.ends |= {writer, to_database}
        await asyncio.gather(self._pump(reader, to_database), self._pump(from_database, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(65_536):
                await self.thawed.wait()
                if self.is_cutting:  # the answer: the server has done what it was sent
                    await self.go()
                    return
                self.is_cutting = self.cut_at is not None and self.cut_at in piece
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def far(own_database: Settings) -> AsyncIterator[Far]:
    if own_database.is_sqlite:
        yield File(own_database)
        return
    address = urlsplit(own_database.database_url)
    line = Line(own_database, f"{parse_qs(address.query)['host'][0]}/.s.PGSQL.5432")
    await line.come_back()
    url = f"asyncpg://postgres:@127.0.0.1:{line.port}{address.path}"
    line.settings = own_database.model_copy(update={"database_url": url})
    yield line
    await line.go()


@dataclass
class Served:
    """A running application, the world in its database, and who asks."""

    clients: Clients
    world: World
    secret: str
    viewer_cache: ViewerCache

    async def make_token(self, **how: Any) -> Answer:
        input = {"organisationId": ids.encode(self.world.alpina), "name": "the shop", "scopes": ["PRODUCTS_READ"]}
        return await self.clients.change("createApiToken", input, **({"as_": self.world.cL} | how))

    async def ask_everything(self) -> list[httpx2.Response]:
        """Each kind of request that needs the database."""
        with_token = {"Authorization": f"Bearer {self.secret}"}
        partnership = ids.encode(self.world.limited)
        found = [
            (await self.clients.ask(CATALOGUE)).response,
            (await self.clients.ask(WHO, as_=self.secret)).response,
            (
                await self.clients.ask(WHO, as_=self.secret, headers={"Accept": "application/graphql-response+json"})
            ).response,
            (await self.clients.ask(WHO, as_=self.world.cL)).response,
            (await self.clients.ask("{ __typename }", as_=new_token())).response,
            (await self.make_token()).response,
        ]
        for path in (f"/partnerships/{partnership}/receipts.jsonl", "/exports/none", "/mailbox"):
            found.append(await self.clients.http.get(path, headers=with_token))
        return found


@asynccontextmanager
async def serve_app(far: Far, *, engine: bool = True, **changes: Any) -> AsyncIterator[Served]:
    settings = far.settings.model_copy(update={"engine": engine, "demo": True} | changes)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("server.app.run_worker_alongside", lambda _: nullcontext())
        patched.setattr("server.app.set_up_logs", lambda _: None)  # the test's own log stays
        app = create_app(settings)
        async with connected_to(settings):
            world = await build_world()
            async with app.router.lifespan_context(app), Clients(app) as clients:
                found = Served(clients, world, world.tokens["cL"], app.fast_path.endpoint.viewer_cache)
                await until(lambda: found.viewer_cache.is_open)
                for _ in range(2):  # until everybody is known
                    await found.clients.ask(WHO, as_=found.secret)
                yield found


def outage_lines(lines: list[dict[str, Any]]) -> list[str]:
    """What the log says of outages, and of bugs."""
    ignored = {"answered", "refused", "viewers are looked up each time"}
    return [
        line["event"]
        for line in lines
        if line["event"] not in ignored and line["level"] != "debug" and line["logger"] != "httpx2"
    ]
