"""The application over HTTP."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from tests.clients import Clients
from tests.world import World


@pytest.fixture
async def http(standing_world: World, app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    async with Clients(app) as clients:
        yield clients.http
