"""How is what a row itself holds written into an answer: columns, keys, embedded objects, holes?"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tortoise.models import Model

from server.engine import declarations as declared
from server.engine.columns import json_of, raw_json_of
from server.engine.dialects import quoted
from server.engine.scopes import Scope
from server.engine.selections import Nodes
from server.engine.statements import Place
from server.engine.texts import Text, expression, together

if TYPE_CHECKING:
    from server.engine.planner import Planner

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


def itself(planner: "Planner", declaration: declared.Itself, scope: Scope, place: Place) -> Text:
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


def hole(planner: "Planner", declaration: declared.Hole, scope: Scope, place: Place) -> Text:
    names = (*declaration.columns, *declaration.facts)
    parts = [expression(_raw(planner, scope.model, scope.column(name), name)) for name in declaration.columns]
    parts += [expression(_facts(planner, scope, facts)) for facts in declaration.facts.values()]
    payload = Text("[")
    for number, part in enumerate(parts):
        payload.add("," if number else "").add(part)
    read = _reader(scope.known_model if declaration.columns else None, declaration.columns)

    def compute(run: Any, given: list[Any]) -> Any:
        return declaration.compute(run.context, read(dict(zip(names, given, strict=True))))

    return planner.hole(compute, place, payload.add("]"))


def _facts(planner: "Planner", scope: Scope, facts: declared.Facts) -> str:
    """The facts of the row, read where the row that fixes their key is."""
    if not facts.is_present(planner.viewer):
        return "'[]'"
    owner, named = scope.source(facts.outer)
    outer = f'"{owner.inner}"."{named}"'
    if (facts, outer) not in planner.facts:
        planner.facts[facts, outer] = _fact_rows(planner, facts, outer)
    return owner.extra(planner.facts[facts, outer])


def _fact_rows(planner: "Planner", facts: declared.Facts, outer: str) -> str:
    scope = planner.scope(facts.model)
    text = Text("[")
    for number, name in enumerate(facts.columns):
        text.add("," if number else "")
        text.add(expression(_raw(planner, facts.model, f'"{scope.inner}"."{name}"', name)))
    if facts.nested is not None:
        nested = _fact_rows(planner, facts.nested, f'"{scope.inner}"."{facts.nested.outer}"')
        text.add(",").add(expression(nested))
    where = planner.conditions.known(scope, facts.where, lambda: facts.where(planner.viewer))
    condition = together(f'"{scope.inner}"."{facts.column}"={outer}', where)
    rows = planner.dialect.joined(text.add("]").sql)
    if facts.latest is None:
        return f"(SELECT '[' || coalesce({rows}, '') || ']' FROM {scope.table} WHERE {condition})"
    return f"(SELECT '[' || coalesce({rows}, '') || ']' FROM ({_latest(facts, scope, condition)}) AS \"{scope.inner}\")"


def _latest(facts: declared.Facts, scope: Scope, condition: str) -> str:
    """The facts with the greatest value of one column for each combination of the others."""
    alike = ", ".join(f'"{scope.inner}"."{name}"' for name in facts.columns if name != facts.latest)
    latest = f'max("{scope.inner}"."{facts.latest}") AS "{facts.latest}"'
    return f"SELECT {alike}, {latest} FROM {scope.table} WHERE {condition} GROUP BY {alike}"


def _raw(planner: "Planner", model: type[Model] | None, named: str, name: str) -> str:
    meta: Any = model
    return raw_json_of(meta._meta.fields_map[name], named, planner.dialect)


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
