"""The databases, the world and the clients that tests ask for by name."""

import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import FrameType

import pytest
from starlette.applications import Starlette
from tortoise.transactions import in_transaction

from server.app import create_app, freeze_startup_objects
from server.models.outages import outages
from server.resolvers.people import passwords
from server.settings import Settings
from tests.clients import Clients
from tests.databases import (
    BACKEND,
    Databases,
    connected_to,
    databases,
    kept_as_it_is,
    open_database,
    rolled_back,
    settings_for,
)
from tests.lanes import pytest_collection_modifyitems, pytest_runtest_makereport
from tests.logs import log
from tests.post import PostOffice, post_office
from tests.rows import CHEAP
from tests.servers import DemoServer, demo_server
from tests.world import World, build_world


def pytest_collection_finish() -> None:
    """Freeze start-up objects as the server does, so that the garbage collector does not rescan them after every test.

    Where Python's own handler of Ctrl-C stands, asyncio puts its own in its place around each test and fixture, and
    writes their results out as text meanwhile. This one does the same and stays. A run that is terminated ends like an
    interrupted one, because otherwise its PostgreSQL and its servers would go on.
    """
    freeze_startup_objects()
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.default_int_handler(number, frame)


@pytest.fixture(scope="session")
async def all_databases(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Databases]:
    with databases(tmp_path_factory.mktemp("databases")) as found:
        await found.prepare()
        yield found


@pytest.fixture(scope="session")
async def settings(all_databases: Databases) -> Settings:
    """Of the database that holds the world."""
    return settings_for(await all_databases.copy())


@pytest.fixture(scope="session")
async def standing_world(settings: Settings) -> AsyncIterator[World]:
    """The world, stored once; every test that uses it puts back what it changed."""
    async with open_database(kept_as_it_is(settings)) as database:
        with database:
            async with in_transaction():
                world = await build_world()
            yield world


@pytest.fixture
async def world(standing_world: World) -> AsyncIterator[World]:
    """The world, in a transaction that is rolled back after the test."""
    async with rolled_back():
        yield standing_world


@pytest.fixture
async def own_database(all_databases: Databases) -> AsyncIterator[Settings]:
    """An empty, migrated database of the test's own, for what commits or runs in several connections."""
    async with all_databases.lend() as url:
        own = settings_for(url)
        async with connected_to(own):
            yield own


@pytest.fixture
async def database(own_database: Settings) -> Settings:
    """An empty, migrated, connected database."""
    return own_database


@pytest.fixture(scope="session")
def app(settings: Settings) -> Starlette:
    """The application; the database is connected by other fixtures."""
    return create_app(settings)


@pytest.fixture(scope="session")
def ordinary_app(settings: Settings) -> Starlette:
    """The application without the engine."""
    return create_app(settings.model_copy(update={"engine": False}))


@pytest.fixture(scope="session")
async def open_clients(app: Starlette, ordinary_app: Starlette) -> AsyncIterator[dict[str, Clients]]:
    """Clients keep nothing from one request to the next."""
    shadow = ordinary_app if BACKEND == "sqlite" else None
    async with Clients(app, shadow) as both, Clients(app) as planned, Clients(ordinary_app) as ordinary:
        yield {"both": both, "planned": planned, "ordinary": ordinary}


@pytest.fixture(autouse=True)
def no_outage() -> Iterator[None]:
    """What one test has noticed of a database that was away, the next one does not see the end of."""
    yield
    outages.begin_again()


@pytest.fixture
def clients(world: World, open_clients: dict[str, Clients]) -> Clients:
    """Clients that ask over HTTP as the people of the world. On SQLite they compare the engine with the resolvers.

    On PostgreSQL the two are compared by random documents.
    """
    return open_clients["both"]


@pytest.fixture
def engine_clients(world: World, open_clients: dict[str, Clients]) -> Clients:
    """Clients that are answered once, by the engine where it plans."""
    return open_clients["planned"]


@pytest.fixture
def resolver_clients(world: World, open_clients: dict[str, Clients]) -> Clients:
    """Clients that only resolvers answer."""
    return open_clients["ordinary"]


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed in no time, for tests that set many."""
    monkeypatch.setattr(passwords, "hasher", lambda: CHEAP)


@pytest.fixture(scope="session", name="demo_server")
def running_demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """The product itself, started as people start it, with the demo world."""
    with demo_server(tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture(scope="session")
async def open_post_office() -> AsyncIterator[PostOffice]:
    async with post_office() as office:
        yield office


@pytest.fixture
def post(open_post_office: PostOffice) -> PostOffice:
    """A mail server that nothing has arrived at, and that takes everything."""
    open_post_office.forget()
    return open_post_office


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where tests leave what people may want to look at."""
    folder = Path(".artifacts")
    folder.mkdir(exist_ok=True)
    return folder


__all__ = ["log", "pytest_collection_modifyitems", "pytest_runtest_makereport"]
