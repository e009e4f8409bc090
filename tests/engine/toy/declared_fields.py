"""Fields of the toy: each has a declaration, and a resolver that answers the same."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from strawberry import Info
from strawberry.permission import BasePermission
from tortoise.models import Model

from server.engine.declarations import PLAN, Aggregate, AggregateFunction, Computed, Guarded, Prefetch, Relation
from server.schema.fields import sign
from tests.engine.toy.models import Author, Book, Note, Renamed
from tests.engine.toy.policies import Denied, Wrong, visible

PREFIXES = {Author: "aut", Book: "bok", Note: "not", Renamed: "ren"}
MODELS = {prefix: model for model, prefix in PREFIXES.items()}


def encode(row: Any) -> str:
    return f"{PREFIXES[type(row)]}_{row.pk.hex}"


def decode(value: str, model: type[Model] | None = None) -> tuple[type[Model], UUID]:
    prefix, _, digits = value.partition("_")
    try:
        found, key = MODELS[prefix], UUID(digits)
    except (KeyError, ValueError):
        raise Wrong("no id") from None
    if model is not None and found is not model:
        raise Wrong("another id")
    return found, key


def declare_field(plan: Any, resolve: Any, *permissions: BasePermission, withheld: bool = False) -> Any:
    """A field with a declaration, and the resolver that answers the same."""
    if permissions:
        plan = Guarded(plan, permissions, withheld=withheld)
    extensions = [_extension(permissions, withheld)] if permissions else []
    return strawberry.field(resolver=resolve, metadata={PLAN: plan}, extensions=extensions)


def _extension(permissions: Any, withheld: bool) -> Any:
    from strawberry.permission import PermissionExtension

    class Withholding(PermissionExtension):
        async def resolve_async(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
            try:
                return await super().resolve_async(next_, source, info, **kwargs)
            except Denied:
                return None

    return (Withholding if withheld else PermissionExtension)(permissions=list(permissions))


def relation(model: type[Model], column: str) -> Any:
    async def resolve(root: Any, info: Info) -> Any:
        return await visible(model, info.context.viewer).get_or_none(id=getattr(root, column))

    resolve.__annotations__ = {"root": Any, "info": Info}
    return declare_field(Relation(model, column), resolve)


def computed_field(compute: Callable[[Any, Any], Any], *columns: str, **prefetch: Prefetch) -> Any:
    """Worked out by Python, out of columns."""

    async def resolve(root: Any, info: Info) -> Any:
        return compute(info.context, root)

    resolve.__annotations__ = {"root": Any, "info": Info}
    return declare_field(Computed(compute, columns, prefetch), resolve)


def aggregate(declaration: Aggregate, *permissions: BasePermission, **arguments: Any) -> Any:
    """A field whose resolver reads all rows and works the same out of the declaration."""

    async def resolve(root: Any, info: Info, **given: Any) -> Any:
        _, values = declaration.read_arguments(
            {name: value for name, value in given.items() if value is not strawberry.UNSET}
        )
        rows = visible(declaration.model, info.context.viewer).filter(declaration.where(info.context.viewer))
        for name, value in values.items():
            rows = rows.filter(declaration.filters[name].condition(value))
        found = await rows.filter(**{declaration.parent: root.pk}).values_list(declaration.column, flat=True)
        return aggregate_of(declaration, [value for value in found if value is not None])

    sign(resolve, {name: (type_, name) for name, type_ in arguments.items()}, of_row=True)
    return declare_field(declaration, resolve, *permissions)


def aggregate_of(declaration: Aggregate, values: list[Any]) -> Any:
    if declaration.function is AggregateFunction.COUNT:
        return len(values)
    if declaration.function is AggregateFunction.MAX:
        found = max(values, default=None)
    else:
        found = sum(values, declaration.model._meta.fields_map[declaration.column].to_python_value(0))
    return Decimal(found).scaleb(-2) if declaration.is_minor_units and found is not None else found
