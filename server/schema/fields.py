"""Declarations of fields: one line for each.

A type is a view of a row: it lists its columns by hand and declares its relations and connections with the functions
below. Nothing that uses the database loads without saying who may ask.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, get_args

import strawberry
from strawberry import Info
from strawberry.permission import PermissionExtension
from tortoise.models import Model

from server.domain.errors import Denied, NotFound
from server.domain.rights import Right
from server.engine.declarations import (
    PLAN,
    ByKey,
    Computed,
    Guarded,
    Paged,
    Relation,
)
from server.resolvers import ids
from server.resolvers.context import Context, context_of
from server.resolvers.directives import access_note
from server.resolvers.listings import Listing, Narrowed, read_window, reading, size
from server.resolvers.paging import DEFAULT_SIZE, LARGEST_SIZE, Order, Page, page
from server.resolvers.permissions import Permission
from server.schema.connection_values import ConnectionPage
from server.schema.input_coercion import coerce
from server.schema.interpreter import answer_of, root_answer_of

# `Any` below: Strawberry reads signatures and annotations, and they are put together here.

KIND: Final = "kind"
"""The metadata of every field declared here. A field with a resolver and without it does not load."""


class _Withholding(PermissionExtension):
    """Answers null if the viewer lacks the permission."""

    async def resolve_async(self, next_: Any, source: Any, info: Info[Any, Any], **kwargs: Any) -> Any:
        try:
            return await super().resolve_async(next_, source, info, **kwargs)
        except Denied:
            return None


def relation(
    model: type[Model], column: str, description: str, permissions: Sequence[Permission] = (), by: str = "id"
) -> Any:
    """The row that a column references. Null if it is not visible to the viewer, or a permission is missing.

    `by` is the unique column of that row that it references.
    """
    return _declared_field("relation", Relation(model, column, by), description, permissions)


def computed(declared: Any, description: str) -> Any:
    """A field of a row that the viewer sees: its value comes from what is declared, on either path."""
    return _declared_field("computed", declared, description)


def rights(declared: Computed, description: str) -> Any:
    """The viewer's rights on a row, in the order of the domain's enum."""

    def compute(context: Context, row: Any) -> list[Right]:
        found = declared.compute(context, row)
        return [right for right in Right if right in found]

    return computed(replace(declared, compute=compute), description)


def withheld_field(declared: Any, description: str, permissions: Sequence[Permission]) -> Any:
    """A field that is null for a viewer who sees the row but may not see the field."""
    return _declared_field("withheld", declared, f"{description} Null if withheld from you.", permissions)


def _declared_field(kind: str, declared: Any, description: str, permissions: Sequence[Permission] = ()) -> Any:
    answer = answer_of(declared)

    def resolve(root: Any, info: Info[Any, Any]) -> Any:
        return answer(context_of(info), root)

    async def resolve_later(root: Any, info: Info[Any, Any]) -> Any:
        return await answer(context_of(info), root)

    resolver = resolve_later if inspect.iscoroutinefunction(answer) else resolve
    if not permissions:
        return field(kind, resolver, description, plan=declared)
    guarded = Guarded(declared, permissions, withheld=True)
    return field(kind, resolver, description, permissions, _Withholding, plan=guarded)


def row_root(declared: Any, description: str, permissions: Sequence[Permission], **arguments: tuple[Any, str]) -> Any:
    """A root field that gives the rows that its arguments name; each argument with its type and its description."""
    answer = root_answer_of(declared)

    async def resolve(info: Info[Any, Any], **given: Any) -> Any:
        return await answer(context_of(info), given)

    sign(resolve, arguments)
    return field("root", resolve, description, permissions, plan=Guarded(declared, permissions))


def by_id(model: type[Model]) -> ByKey:
    """The row whose id is the argument `id`."""

    def ask(given: Mapping[str, Any]) -> Any:
        return None, {"key": ids.decode(given["id"], model)}

    return ByKey(model, ask, lambda: NotFound(("id",)))


def connection(
    listing: Listing[Any],
    description: str,
    permissions: Sequence[Permission],
    *,
    filter: type | None = None,
    order: type | None = None,
) -> Any:
    """A connection: a list that can grow, read in pages.

    `filter` is the input type whose members the listing knows as its filters; `order` the input type that
    names one of the listing's orders. Raises TypeError where nobody says who may ask.
    """
    if not permissions:
        raise TypeError(f"the list of {listing.name} does not say who may ask for it")

    def read_arguments(given: Mapping[str, Any]) -> tuple[Page, Order, Narrowed]:
        narrowed = listing.narrow(coerce(given.get("filter"), dict, ("filter",)) or {})
        order_by = given.get("order_by")
        ordered = listing.order((order_by.field, order_by.direction) if order_by else None)
        return page(given.get("first"), given.get("after"), given.get("last"), given.get("before")), ordered, narrowed

    async def resolve(root: Any, info: Info[Any, Any], **given: Any) -> Any:
        context = context_of(info)
        wanted, ordered, narrowed = read_arguments(given)
        parent = root.pk if listing.parent else None
        with context.work.loading(wanted.size):
            found = await read_window(context, listing, parent, wanted, ordered, narrowed)
        return ConnectionPage(found, lambda: size(context, listing, parent, narrowed))

    arguments: dict[str, tuple[Any, str]] = dict(_PAGE)
    if filter is not None:
        arguments["filter"] = (filter | None, "Return only rows that match.")
    if order is not None:
        arguments["order_by"] = (order | None, "The order of the rows; ties are broken by id.")
    sign(resolve, arguments, of_row=True)
    plan = Guarded(Paged(listing, lambda given: reading(listing, *read_arguments(given))), permissions)
    return field("connection", resolve, description, permissions, plan=plan)


_PAGE: Final[dict[str, tuple[Any, str]]] = {
    "first": (
        int | None,
        f"The number of rows from the start, at most {LARGEST_SIZE}. Default: {DEFAULT_SIZE} unless `last` is given.",
    ),
    "after": (str | None, "Return only rows after this cursor."),
    "last": (int | None, f"The number of rows from the end, at most {LARGEST_SIZE}. Cannot be combined with `first`."),
    "before": (str | None, "Return only rows before this cursor."),
}


def field(
    kind: str,
    resolve: Callable[..., Any],
    description: str,
    permissions: Sequence[Permission] = (),
    extension: type[PermissionExtension] = PermissionExtension,
    plan: Any = None,
) -> Any:
    return strawberry.field(
        resolver=resolve,
        description=f"{description} {access_note(permissions)}".strip(),
        extensions=[extension(permissions=list(permissions))] if permissions else [],
        metadata={KIND: kind} if plan is None else {KIND: kind, PLAN: plan},
    )


def sign(resolve: Any, arguments: Mapping[str, tuple[Any, str]], *, of_row: bool = False) -> None:
    """Give the function the signature that Strawberry reads. Optional arguments may be absent."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info[Any, Any])]
    if of_row:
        parameters.insert(0, inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any))
    for name, (type_, meaning) in arguments.items():
        default = strawberry.UNSET if type(None) in get_args(type_) else inspect.Parameter.empty
        annotation = Annotated[type_, strawberry.argument(description=meaning)]
        parameters.append(inspect.Parameter(name, keyword, annotation=annotation, default=default))
    resolve.__signature__ = inspect.Signature(parameters)
    resolve.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
