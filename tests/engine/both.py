"""The product's schema asked both ways, in this process and as anybody of the world."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from server.app import answers, engine_connections
from server.authentication import Credentials, authenticate
from server.authentication.viewer_cache import ViewerCache
from server.domain.viewer import Viewer
from server.engine.dispatch import answer_by_plan
from server.engine.engine import Engine
from server.engine.running.results import Result
from server.engine.running.traces import Trace
from server.resolvers.context import Context
from server.resolvers.work_budget import Work
from server.schema import schema
from server.schema.engine_host import new_engine
from server.settings import Settings
from tests.permissions.matrix import ACTORS, TOKENS
from tests.world import World

REQUEST_ID = "0" * 32


@dataclass
class Both:
    """Answers by the engine, with its own connections, and by resolvers."""

    engine: Engine
    settings: Settings
    now: datetime
    viewers: dict[str, Viewer | None] = field(default_factory=dict)

    def context(self, actor: str) -> Context:
        return Context(self.viewers[actor], self.now, REQUEST_ID, self.settings)

    async def by_engine(self, text: str, variables: dict[str, Any], actor: str) -> tuple[Result | None, Trace]:
        return await answer_by_plan(self.engine, text, None, variables, self.context(actor))

    async def by_resolvers(self, text: str, variables: dict[str, Any], actor: str) -> ExecutionResult:
        context = replace(self.context(actor), work=Work(most=10**9))
        found = await schema.execute(text, variable_values=variables, context_value=context)
        assert isinstance(found, ExecutionResult)
        return found


@asynccontextmanager
async def both_ways(viewers: dict[str, Viewer | None], settings: Settings) -> AsyncIterator[Both]:
    """With a new engine, and viewers of their own."""
    engine = new_engine()
    async with engine_connections(engine, settings):
        yield Both(engine, settings, datetime.now(UTC), {name: copy(viewer) for name, viewer in viewers.items()})


async def viewers_of(world: World) -> dict[str, Viewer | None]:
    """Every actor of the permission matrix."""
    return {actor: await _viewer(world, actor) for actor in ACTORS}


async def _viewer(world: World, actor: str) -> Viewer | None:
    if actor == "AN":
        return None
    token = world.tokens.get(TOKENS.get(actor, ""))
    given = Credentials(f"Bearer {token}") if token else Credentials(session=world.people[actor].session)
    return await authenticate(given, datetime.now(UTC), ViewerCache())


def _render_errors(errors: Sequence[GraphQLError]) -> list[str]:
    """All errors; beyond the number that an answer reports, each path reports different ones."""
    if len(errors) >= answers.MAX_ERRORS:
        return ["many errors"]
    return sorted(str(answers.render_error(error, REQUEST_ID)) for error in errors)


def render_planned(result: Result) -> tuple[bytes, list[str]]:
    """Data and errors of the engine's answer, errors in an order of their own."""
    body = answers.planned_body(result.data, [], REQUEST_ID)
    return body, _render_errors(result.errors)


def render_resolved(result: ExecutionResult) -> tuple[bytes, list[str]]:
    """The same of the ordinary answer."""
    errors = _render_errors(result.errors or ())
    result.errors = None
    return answers.result_body(result, REQUEST_ID, was_executed=True), errors
