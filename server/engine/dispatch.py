"""Dispatch: does an operation take the planned path or the resolver path?

This is decided before anything is done. Everything that the engine declines, including callers' mistakes, is answered
by the resolvers.
"""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from server.engine.engine import Engine
from server.engine.errors import Unplannable
from server.engine.mutations import prepare_mutations
from server.engine.running.results import Result
from server.engine.running.traces import Trace
from server.models.outages import Unavailable

# `Any` below: contexts and variables are the application's own.


async def answer_by_plan(
    engine: Engine, text: str, name: str | None, variables: Mapping[str, Any], context: Any, *, may_change: bool = True
) -> tuple[Result | None, Trace]:
    """The engine's answer, or None if the resolvers have to give it; and the trace.

    Raises Unavailable if the database is unavailable.
    """
    trace = Trace("planned")
    try:
        operation = await engine.admit(text, name, variables, context)
        if operation.is_mutation:
            if not may_change:
                raise Unplannable("a mutation is not taken here")
            changing = await prepare_mutations(engine, operation, variables, context, trace)
            return await changing.answer(), trace
        prepared = await engine.prepare_query(operation, variables, context)
        return await engine.answer(prepared, trace), trace
    except Unplannable as unplannable:
        return None, Trace("resolvers", str(unplannable))
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - a bug: reported without its words
        return Result(b"null", [GraphQLError(str(error), original_error=error)]), trace
