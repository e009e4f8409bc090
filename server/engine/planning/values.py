"""Values of a row in an answer: columns, keys, embedded objects and computed fields."""

from collections.abc import Callable, Sequence
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from server.engine import declarations as declared
from server.engine.planning.builder import Planner
from server.engine.planning.columns import json_of
from server.engine.planning.json_text import JsonText, expression
from server.engine.planning.prefetch import prefetch_rows, raw_json
from server.engine.planning.scopes import Scope
from server.engine.planning.statements import Place
from server.engine.reading.selections import Nodes

# `Any` below: rows are the application's own, Tortoise's metadata is untyped.


def write_column(planner: Planner, declaration: declared.Column, scope: Scope, place: Place) -> JsonText:
    field, named = scope.field(declaration.name), scope.column(declaration.name)
    json = json_of(field, place.type_, planner.dialect, is_minor_units=declaration.is_minor_units)
    return planner.write_json(json, named, place, may_be_null=field.null)


def write_key(planner: Planner, declaration: declared.Key, scope: Scope, place: Place) -> JsonText:
    prefix = declaration.prefixes[scope.some_model]
    digits = expression(planner.dialect.digits(scope.column("id")))
    return JsonText(f'"{prefix}_').add(digits).add('"')


def write_embedded(planner: Planner, declaration: declared.Embedded, scope: Scope, place: Place) -> JsonText:
    type_ = place.object_type

    def write(nodes: Nodes) -> JsonText:
        name = nodes[0].name.value
        return write_column(planner, declaration.columns[name], scope, Place(type_, type_.fields[name], nodes))

    text = planner.write_object_with(type_, planner.selections.of(type_, place.nodes), write)
    if declaration.present is None:
        return text
    present = scope.column(declaration.present)
    return expression(f"CASE WHEN {present} IS NULL THEN 'null' ELSE {text.sql} END")


def write_same_row(planner: Planner, declaration: declared.SameRow, scope: Scope, place: Place) -> JsonText:
    return planner.write_object(scope, place.object_type, place.nodes)


def write_by_function(planner: Planner, declaration: declared.ByFunction, scope: Scope, place: Place) -> JsonText:
    _, number = planner.arguments_of(place)
    planner.functions[number] = declaration
    return planner.add_placeholder(
        lambda run, values: _result_or_raise(run.function_results[number]), place, JsonText("[]")
    )


def _result_or_raise(found: Any) -> Any:
    """A function's result. Raises its error."""
    if isinstance(found, Exception):
        raise found
    return found


def write_computed(planner: Planner, declaration: declared.Computed, scope: Scope, place: Place) -> JsonText:
    columns = (*declaration.columns, *declaration.partial)
    names = (*columns, *declaration.prefetch)
    parts = [raw_json(planner, scope.model, scope.column(name), name) for name in declaration.columns]
    parts += [_partial(planner, scope, name, where) for name, where in declaration.partial.items()]
    parts += [expression(prefetch_rows(planner, scope, prefetch)) for prefetch in declaration.prefetch.values()]
    payload = JsonText("[")
    for number, part in enumerate(parts):
        payload.add("," if number else "").add(part)
    read = _row_reader(scope.some_model if columns else None, columns)

    def compute(run: Any, given: list[Any]) -> Any:
        return declaration.compute(run.context, read(dict(zip(names, given, strict=True))))

    return planner.add_placeholder(compute, place, payload.add("]"))


def _partial(planner: Planner, scope: Scope, name: str, where: Callable[[Any], Q]) -> JsonText:
    """The column, if the condition holds."""
    condition = planner.conditions.shared_condition(scope, where, lambda: where(planner.viewer))
    column = raw_json(planner, scope.model, scope.column(name), name)
    if not condition:
        return column
    return expression(f"CASE WHEN {scope.row_condition(condition)} THEN {column.sql} ELSE 'null' END")


def _row_reader(model: type[Model] | None, names: Sequence[str]) -> Callable[[dict[str, Any]], Any]:
    """Makes a row from raw values: columns as the model reads them, prefetched rows unchanged."""
    meta: Any = model
    converters = {name: meta._meta.fields_map[name].to_python_value for name in names}

    def read(values: dict[str, Any]) -> Any:
        for name, convert in converters.items():
            values[name] = convert(values[name])
        return ComputedRow(values)

    return read


class ComputedRow:
    """The row that a computed field's function sees: the declared columns and prefetched rows."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values
