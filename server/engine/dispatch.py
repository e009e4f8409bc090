"""Which road does an operation take: the engine's, or the ordinary one?

Decided before anything is done. What the engine declines the ordinary road answers, mistakes of the caller
among it.
"""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from server.engine.engine import Engine
from server.engine.errors import Unplannable
from server.engine.mutations import changes
from server.engine.running.results import Result
from server.engine.running.traces import Trace
from server.models.outages import Unavailable

# `Any` below: contexts and variables are the application's own.


async def planned(
    engine: Engine, text: str, name: str | None, variables: Mapping[str, Any], context: Any, *, may_change: bool = True
) -> tuple[Result | None, Trace]:
    """The answer of the engine, None where the ordinary road has to give it; and how it went.

    Raises Unavailable where the database is away.
    """
    trace = Trace("planned")
    try:
        operation = await engine.admitted(text, name, variables, context)
        if operation.is_mutation:
            if not may_change:
                raise Unplannable("a mutation is not taken here")
            changing = await changes(engine, operation, variables, context, trace)
            return await changing.answer(), trace
        prepared = await engine.prepared(operation, variables, context)
        return await engine.answer(prepared, trace), trace
    except Unplannable as unplannable:
        return None, Trace("ordinary", str(unplannable))
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - a bug: told without its words
        return Result(b"null", [GraphQLError(str(error), original_error=error)]), trace
