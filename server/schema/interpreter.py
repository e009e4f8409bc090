"""The interpreter of the resolver path: it answers the declarations that the engine plans.

It loads rows in batches, under the row policies of the viewer, and calls the same functions. It knows no noun. Tests
compare the answers of both paths.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from functools import partial
from types import SimpleNamespace
from typing import Any

from strawberry.utils.str_converters import to_snake_case

from server.engine.declarations import (
    ByAnyKey,
    ByKey,
    Column,
    Computed,
    Embedded,
    Followed,
    Key,
    Relation,
    Rows,
    SameRow,
    ViewerObject,
)
from server.models.visibility.policies import visible_queryset
from server.resolvers.associations import rows_of
from server.resolvers.batch_loading import columns_of, compute
from server.resolvers.context import Context
from server.schema.connection_values import ConnectionEdge, ConnectionPage

# `Any` below: rows are of whatever model.

Answer = Callable[[Context, Any], Any]
"""What a field answers of a row: a value, or a coroutine that gives it."""
RootAnswer = Callable[[Context, Mapping[str, Any]], Awaitable[Any]]


def answer_of(declared: Any) -> Answer:
    """How resolvers answer a declaration. Raises TypeError for one that they do not know."""
    match declared:
        case Column():
            return partial(_column, declared)
        case Key():
            return partial(_key, declared)
        case SameRow():
            return _same_row
        case Embedded():
            return partial(_embedded_object, declared)
        case Relation():
            return partial(_relation, declared)
        case Rows():
            return partial(_rows, declared)
        case Followed():
            return partial(_followed_rows, declared)
        case Computed():
            return partial(_computed_with_prefetch if declared.prefetch else _computed_value, declared)
        case _:
            raise TypeError(f"resolvers do not know how to answer a {type(declared).__name__}")


def _column(declared: Column, context: Context, row: Any) -> Any:
    value = getattr(row, declared.name)
    return Decimal(value).scaleb(-2) if declared.is_minor_units else value


def _key(declared: Key, context: Context, row: Any) -> str:
    return f"{declared.prefixes[type(row)]}_{row.pk.hex}"


def _same_row(context: Context, row: Any) -> Any:
    return row.row if isinstance(row, ConnectionEdge) else row


def _embedded_object(declared: Embedded, context: Context, row: Any) -> Any:
    if declared.present is not None and getattr(row, declared.present) is None:
        return None
    columns = declared.columns.items()
    return SimpleNamespace(**{to_snake_case(name): _column(column, context, row) for name, column in columns})


async def _relation(declared: Relation, context: Context, row: Any) -> Any:
    if not declared.is_present(context.viewer):
        return None
    key = declared.key(context) if declared.key else getattr(row, str(declared.column))
    return None if key is None else await context.row(declared.model, key, declared.by)


async def _rows(declared: Rows, context: Context, row: Any) -> Any:
    return await rows_of(context, declared, row)


async def _followed_rows(declared: Followed, context: Context, page: ConnectionPage) -> list[Any]:
    return await context.rows(declared.model, [getattr(row, declared.column) for row in page.nodes])


async def _computed_with_prefetch(declared: Computed, context: Context, row: Any) -> Any:
    return await compute(context, declared, row)


def _computed_value(declared: Computed, context: Context, row: Any) -> Any:
    return declared.compute(context, SimpleNamespace(**columns_of(context, declared, row)))


def root_answer_of(declared: Any) -> RootAnswer:
    """The same for the declaration of a root, which reads the field's arguments."""
    match declared:
        case ByKey():
            return partial(_by_key, declared)
        case ByAnyKey():
            return partial(_by_any_key, declared)
        case ViewerObject():
            return _viewer
        case _:
            raise TypeError(f"resolvers do not know how to answer a {type(declared).__name__}")


async def _by_key(declared: ByKey, context: Context, given: Mapping[str, Any]) -> Any:
    _, values = declared.read_arguments(given)
    if declared.kind == "uuid":
        row = await context.row(declared.model, values["key"], declared.column)
    else:
        row = await visible_queryset(declared.model, context.viewer).get_or_none(**{declared.column: values["key"]})
    if row is None:
        raise declared.missing()
    return row


async def _by_any_key(declared: ByAnyKey, context: Context, given: Mapping[str, Any]) -> Any:
    _, values = declared.read_arguments(given)
    if declared.many:
        named = zip(values["models"], values["keys"], strict=True)
        return await asyncio.gather(*(context.row(model, key) for model, (_, key) in named))
    row = await context.row(values["model"], values["key"])
    if row is None:
        raise declared.missing()
    return row


async def _viewer(context: Context, given: Mapping[str, Any]) -> Any:
    return context.viewer
