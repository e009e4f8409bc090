"""Requests as hostile callers send them."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from tests.clients import Clients

JSON = {"Content-Type": "application/json"}
GOOD = b'{"query":"{__typename}"}'
STRICT = JSON | {"Accept": "application/graphql-response+json"}


@pytest.fixture
async def http(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    async with Clients(app) as clients:
        yield clients.http
