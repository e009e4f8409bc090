"""How is what a row itself holds written into an answer: columns, keys, embedded objects, holes?"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q
from tortoise.models import Model

from server.engine import declarations as declared
from server.engine.planning.columns import json_of
from server.engine.planning.dialects import quoted
from server.engine.planning.json_text import Text, expression
from server.engine.planning.prefetch import facts_of, raw
from server.engine.planning.scopes import Scope
from server.engine.planning.statements import Place
from server.engine.reading.selections import Nodes

if TYPE_CHECKING:
    from server.engine.planning.builder import Planner

# `Any` below: rows are the application's own, Tortoise's metadata is untyped.


def column(planner: "Planner", declaration: declared.Column, scope: Scope, place: Place) -> Text:
    field, named = scope.field(declaration.name), scope.column(declaration.name)
    written = json_of(field, place.type_, planner.dialect, is_minor_units=declaration.is_minor_units)
    beyond = ""
    if written.in_bounds is not None:
        payload = Text("[").add(expression(planner.dialect.number(named))).add("]")
        beyond = planner.hole(lambda run, values: values[0], place, payload).sql
    sql = written.sql(named, beyond)
    return expression(f"coalesce({sql}, {quoted(planner.absent(place))})" if field.null else sql)


def key(planner: "Planner", declaration: declared.Key, scope: Scope, place: Place) -> Text:
    prefix = declaration.prefixes[scope.known_model]
    digits = expression(f"replace({planner.dialect.number(scope.column('id'))}, '-', '')")
    return Text(f'"{prefix}_').add(digits).add('"')


def embedded(planner: "Planner", declaration: declared.Embedded, scope: Scope, place: Place) -> Text:
    type_ = place.object_type

    def write(nodes: Nodes) -> Text:
        name = nodes[0].name.value
        return column(planner, declaration.columns[name], scope, Place(type_, type_.fields[name], nodes))

    text = planner.object_with(type_, planner.selections.of(type_, place.nodes), write)
    if declaration.present is None:
        return text
    present = scope.column(declaration.present)
    return expression(f"CASE WHEN {present} IS NULL THEN 'null' ELSE {text.sql} END")


def itself(planner: "Planner", declaration: declared.SameRow, scope: Scope, place: Place) -> Text:
    return planner.object(scope, place.object_type, place.nodes)


def by_function(planner: "Planner", declaration: declared.ByFunction, scope: Scope, place: Place) -> Text:
    _, number = planner.asked(place)
    planner.functions[number] = declaration
    return planner.hole(lambda run, values: _given(run.found[number]), place, Text("[]"))


def _given(found: Any) -> Any:
    """What a function found; raises what it raised."""
    if isinstance(found, Exception):
        raise found
    return found


def hole(planner: "Planner", declaration: declared.Computed, scope: Scope, place: Place) -> Text:
    columns = (*declaration.columns, *declaration.partial)
    names = (*columns, *declaration.prefetch)
    parts = [expression(raw(planner, scope.model, scope.column(name), name)) for name in declaration.columns]
    parts += [expression(_partial(planner, scope, name, where)) for name, where in declaration.partial.items()]
    parts += [expression(facts_of(planner, scope, facts)) for facts in declaration.prefetch.values()]
    payload = Text("[")
    for number, part in enumerate(parts):
        payload.add("," if number else "").add(part)
    read = _reader(scope.known_model if columns else None, columns)

    def compute(run: Any, given: list[Any]) -> Any:
        return declaration.compute(run.context, read(dict(zip(names, given, strict=True))))

    return planner.hole(compute, place, payload.add("]"))


def _partial(planner: "Planner", scope: Scope, name: str, where: Callable[[Any], Q]) -> str:
    """The column, where the condition holds."""
    condition = planner.conditions.known(scope, where, lambda: where(planner.viewer))
    column = raw(planner, scope.model, scope.column(name), name)
    return column if not condition else f"CASE WHEN {scope.decided(condition)} THEN {column} ELSE 'null' END"


def _reader(model: type[Model] | None, names: Sequence[str]) -> Callable[[dict[str, Any]], Any]:
    """What makes a row of raw values: columns as the model reads them, facts as they come."""
    meta: Any = model
    converters = {name: meta._meta.fields_map[name].to_python_value for name in names}

    def read(values: dict[str, Any]) -> Any:
        for name, convert in converters.items():
            values[name] = convert(values[name])
        return RowOfFacts(values)

    return read


class RowOfFacts:
    """What a hole's function sees of a row: the columns and facts it declared."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values
