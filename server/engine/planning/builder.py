"""The planner: builds one statement from a selection, including every row policy."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from graphql import GraphQLObjectType
from tortoise.models import Model

from server.engine import declarations as declared
from server.engine.errors import Unplannable
from server.engine.planning.columns import ColumnJson
from server.engine.planning.conditions import Conditions, Criteria
from server.engine.planning.dialects import Dialect
from server.engine.planning.json_text import JsonText, expression, in_brackets, placeholder, sql_literal
from server.engine.planning.parameters import Parameters
from server.engine.planning.scopes import Link, Scope
from server.engine.planning.statements import Place, Placeholder, Statement
from server.engine.reading.arguments import Arguments
from server.engine.reading.field_index import FieldIndex
from server.engine.reading.selections import Nodes, Selections
from server.models.terms import BoundParameter

# `Any` below: viewers are the application's own, and each writer takes a declaration of its own.

Writers = Mapping[type, Callable[["Planner", Any, Scope, Place], JsonText]]
"""The function that writes the value of each kind of declaration."""


class Planner:
    """Writes one statement.

    `argument_keys` are the parts of each field's arguments that determine the SQL. The viewer of `criteria` is a
    template: its values are bound parameters.
    """

    def __init__(
        self,
        field_index: FieldIndex,
        selections: Selections,
        arguments: Mapping[tuple[int, str], Arguments],
        argument_keys: Sequence[Hashable],
        criteria: Criteria,
        dialect: Dialect,
        writers: Writers,
    ) -> None:
        self.field_index = field_index
        self.selections = selections
        self.arguments = arguments
        self.argument_keys = argument_keys
        self.viewer = criteria.viewer
        self.dialect = dialect
        self.writers = writers
        self.parameters = Parameters(dialect)
        self.conditions = Conditions(criteria, self.parameters)
        self.placeholders: list[Placeholder] = []
        self.refusals: list[Callable[[Any], Exception]] = []
        self.functions: dict[int, declared.ByFunction] = {}
        self.prefetched: dict[tuple[declared.Prefetch, str], str] = {}
        self._scopes = 0

    def statement(self, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> Statement:
        """The statement that answers these fields of a root type."""
        return self.finish(self.write_fields(self.scope(None), type_, fields))

    def finish(self, text: JsonText) -> Statement:
        """The statement that returns this text, or the text itself if it depends on no stored data."""
        constant = text.constant
        sql = self.dialect.whole_statement(text.sql, self.parameters.lifted) if constant is None else constant
        parameters, placeholders, refusals = self.parameters, tuple(self.placeholders), tuple(self.refusals)
        return Statement(sql, parameters.readers(), placeholders, refusals, self.functions, parameters.kinds)

    # Objects

    def write_object(self, scope: Scope, type_: GraphQLObjectType, nodes: Nodes) -> JsonText:
        """The selected fields of a row, as a JSON object."""
        return self.write_fields(scope, type_, self.selections.of(type_, nodes))

    def write_fields(self, scope: Scope, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> JsonText:
        return self.write_object_with(type_, fields, lambda nodes: self._write_field(scope, type_, nodes))

    def write_object_with(
        self, type_: GraphQLObjectType, fields: Mapping[str, Nodes], write: Callable[[Nodes], JsonText]
    ) -> JsonText:
        """A JSON object whose members, except `__typename`, are written by `write`."""
        text = JsonText("{")
        for number, (key, nodes) in enumerate(fields.items()):
            text.add(f'{"," if number else ""}"{key}":')
            text.add(f'"{type_.name}"' if nodes[0].name.value == "__typename" else write(nodes))
        return text.add("}")

    def _write_field(self, scope: Scope, type_: GraphQLObjectType, nodes: Nodes) -> JsonText:
        name = nodes[0].name.value
        declaration = self.field_index.declaration(type_, name)
        if declaration is None:
            raise Unplannable(f"only a resolver answers {type_.name}.{name}")
        return self.write_value(declaration, scope, Place(type_, type_.fields[name], nodes))

    def write_value(self, declaration: Any, scope: Scope, place: Place) -> JsonText:
        """The value of a declaration, for a row of this scope."""
        write = self.writers.get(type(declaration))  # pyright: ignore[reportUnknownArgumentType] - of any kind
        if write is None:
            raise Unplannable(f"{place.parent.name}.{place.nodes[0].name.value} is not planned here")
        return write(self, declaration, scope, place)

    # Rows

    def scope(self, model: type[Model] | None, link: Link | None = None) -> Scope:
        self._scopes += 1
        return Scope(self._scopes, model, link)

    def linked_scope(self, model: type[Model], column: str, scope: Scope, outer: str) -> tuple[Scope, str]:
        """The rows of `model` whose `column` equals `outer` of this row, and the condition for it."""
        child = self.scope(model, Link(column, scope, outer))
        return child, f'"{child.inner}"."{column}"={scope.column(outer)}'

    # Placeholders

    def add_placeholder(self, compute: Callable[[Any, list[Any]], Any], place: Place, payload: JsonText) -> JsonText:
        self.placeholders.append(Placeholder(compute, place.type_, place.nodes, place.parent))
        return placeholder("", len(self.placeholders) - 1, payload)

    def add_refusal(self, why: Callable[[Any], Exception]) -> JsonText:
        self.refusals.append(why)
        return placeholder("!", len(self.refusals) - 1)

    def absent(self, place: Place) -> str:
        """The text for null: a placeholder if the schema does not allow null."""
        return "null" if place.is_nullable else placeholder("?", 0).constant or ""

    def write_json(self, json: ColumnJson, named: str, place: Place, *, may_be_null: bool) -> JsonText:
        """A value as JSON. Python writes the error for one that its GraphQL type cannot hold."""
        beyond = ""
        if json.in_bounds is not None:
            payload = in_brackets(self.dialect.number(named))
            beyond = self.add_placeholder(lambda run, values: values[0], place, payload).sql
        text = json.of(named, beyond)
        return expression(f"coalesce({text.sql}, {sql_literal(self.absent(place))})") if may_be_null else text

    # Arguments

    def arguments_of(self, place: Place) -> tuple[Any, int]:
        """The part of a field's arguments that determines the SQL, and their number in the run."""
        arguments = self.arguments[id(place.nodes[0]), place.parent.name]
        return self.argument_keys[arguments.number], arguments.number

    def argument(self, number: int, name: str, kind: str) -> BoundParameter:
        """A value of these arguments."""
        return BoundParameter(f"arguments{number}.{name}", kind, lambda run: run.values[number][name])
