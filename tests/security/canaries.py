"""Canaries that must reach neither an answer nor the log."""

import pytest
from starlette.applications import Starlette

from tests.clients import Clients
from tests.logs import Lines
from tests.world import World

CANARY = "canary-7f3a"


@pytest.fixture
async def talkative(world: World, ordinary_app: Starlette, log: Lines) -> Clients:
    """Clients of a server whose log is read, and whose resolvers answer."""
    return Clients(ordinary_app)
