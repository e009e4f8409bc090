"""Ids of any object, as `node` and `nodes` take them."""

from collections.abc import Hashable, Mapping
from typing import Any
from uuid import UUID

from tortoise.models import Model

from server.domain.errors import MalformedInput, NotFound
from server.resolvers.ids import AnyId, decode_any

MAX_NODES = 100


def key_of_any(given: Mapping[str, Any]) -> tuple[Hashable, dict[str, Any]]:
    """The argument of `node`."""
    model, key = decode_any(given["id"])
    return (model,), {"key": key, "model": model}


def keys_of_any(given: Mapping[str, Any]) -> tuple[Hashable, dict[str, Any]]:
    """The argument of `nodes`, at most 100 ids."""
    named = _decode_ids(given["ids"])
    models = tuple(sorted({model for model, _ in named}, key=lambda model: model.__name__))
    pairs = [(model.__name__, key) for model, key in named]
    return models, {"keys": pairs, "models": [model for model, _ in named]}


def id_not_found() -> NotFound:
    return NotFound(("id",))


def _decode_ids(ids: list[AnyId]) -> list[tuple[type[Model], UUID]]:
    if len(ids) > MAX_NODES:
        raise MalformedInput(f"Ask for at most {MAX_NODES} objects.", ("ids",))
    return [decode_any(value, ("ids", str(place))) for place, value in enumerate(ids)]
