"""The viewer, and any object by its id."""

import asyncio
from collections.abc import Hashable, Mapping
from typing import Any
from uuid import UUID

from tortoise.models import Model

from server.domain.errors import MalformedInput, NotFound
from server.domain.viewer import Viewer
from server.resolvers.context import Context
from server.resolvers.ids import AnyId, decode_any
from server.resolvers.permissions import Public, allowed

MAX_NODES = 100


@allowed(Public())
async def viewer(context: Context) -> Viewer | None:
    """The person or API token making the request. Null if you are not signed in."""
    return context.viewer


@allowed(Public())
async def node(context: Context, id: AnyId) -> Model:
    """Any object by its id."""
    model, key = decode_any(id)
    row = await context.row(model, key)
    if row is None:
        raise missing()
    return row


@allowed(Public())
async def nodes(context: Context, ids: list[AnyId]) -> list[Model | None]:
    """Up to 100 objects by their ids, in the same order. Null for each that does not exist or is not visible."""
    return await asyncio.gather(*(context.row(model, key) for model, key in _decode_ids(ids)))


def key_of_any(given: Mapping[str, Any]) -> tuple[Hashable, dict[str, Any]]:
    """The id of `node` as the engine takes it."""
    model, key = decode_any(given["id"])
    return (model,), {"key": key, "model": model}


def keys_of_any(given: Mapping[str, Any]) -> tuple[Hashable, dict[str, Any]]:
    """The ids of `nodes` as the engine takes them."""
    named = _decode_ids(given["ids"])
    models = tuple(sorted({model for model, _ in named}, key=lambda model: model.__name__))
    pairs = [(model.__name__, key) for model, key in named]
    return models, {"keys": pairs, "models": [model for model, _ in named]}


def missing() -> NotFound:
    return NotFound(("id",))


def _decode_ids(ids: list[AnyId]) -> list[tuple[type[Model], UUID]]:
    if len(ids) > MAX_NODES:
        raise MalformedInput(f"Ask for at most {MAX_NODES} objects.", ("ids",))
    return [decode_any(value, ("ids", str(place))) for place, value in enumerate(ids)]
