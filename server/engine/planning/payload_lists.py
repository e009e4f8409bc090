"""Payload lists: lists whose items have a row each, as well as values that are not stored."""

from typing import Any, Final
from uuid import UUID

from graphql import GraphQLObjectType

from server.engine.errors import Unplannable
from server.engine.planning.builder import Planner
from server.engine.planning.json_text import JsonText, expression, in_brackets
from server.engine.planning.rows import select_row
from server.engine.planning.statements import Place
from server.engine.reading.selections import Nodes
from server.engine.reading.types import is_plain, named_type, nullable, strawberry_field
from server.models.terms import BoundParameter

# `Any` below: items are the application's own, and types are graphql-core's, generic over what nobody says.

_NO_ROW: Final = UUID(int=0)


def check_items(planner: Planner, type_: GraphQLObjectType) -> None:
    """Raise Unplannable for items with more than one row, or with a field that only resolvers can answer."""
    inside = [named_type(field.type) for field in type_.fields.values()]
    rows = [one for one in inside if isinstance(one, GraphQLObjectType) and planner.field_index.model(one) is not None]
    if len(rows) != 1 or not all(one in rows or is_plain(one) for one in inside):
        raise Unplannable(f"only a resolver answers {type_.name}")


def write_items(planner: Planner, place: Place, name: str) -> JsonText:
    """The payload's items under this name, in their order."""
    type_ = place.object_type
    check_items(planner, type_)
    (row_field,) = (field for field in type_.fields.values() if not is_plain(named_type(field.type)))
    attribute = strawberry_field(row_field).python_name
    numbered = BoundParameter(f"payload.{name}.keys", "pairs", lambda run: _keys(run.payload[name], attribute))
    keys = planner.scope(None)

    def write(nodes: Nodes) -> JsonText:
        inner = Place(type_, type_.fields[nodes[0].name.value], nodes)
        return (
            _write_row(planner, inner, keys.outer)
            if inner.field is row_field
            else _write_item_value(planner, inner, name, keys.outer)
        )

    listed = planner.dialect.join_rows(
        planner.write_object_with(type_, planner.selections.of(type_, place.nodes), write).sql
    )
    source = f'{planner.dialect.keys(planner.parameters.add(numbered))} AS "{keys.outer}"'
    return in_brackets(f"(SELECT coalesce({listed}, '') FROM {source})")


def _keys(listed: list[Any], attribute: str) -> list[tuple[int, UUID]]:
    """The number of each item, with the key of its row."""
    rows = (getattr(item, attribute) for item in listed)
    return [(number, _NO_ROW if found is None else found.pk) for number, found in enumerate(rows)]


def _write_row(planner: Planner, place: Place, keys: str) -> JsonText:
    bound: Any = planner.field_index.model(place.object_type)
    if nullable(place.type_) is not place.object_type:
        raise Unplannable(f"{place.parent.name} holds a list of rows")
    child = planner.scope(bound)
    link = f'"{child.inner}"."id"="{keys}"."key"'
    return expression(
        f"coalesce({select_row(planner, child, place.object_type, place.nodes, link, is_given=True)}, 'null')"
    )


def _write_item_value(planner: Planner, place: Place, name: str, keys: str) -> JsonText:
    attribute = strawberry_field(place.field).python_name
    number = in_brackets(f'"{keys}"."model"')
    return planner.add_placeholder(lambda run, values: getattr(run.payload[name][values[0]], attribute), place, number)
