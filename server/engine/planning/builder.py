"""How does a selection become one statement, with every row policy inside it?"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

from graphql import GraphQLObjectType
from tortoise.models import Model

from server.engine import declarations as declared
from server.engine.errors import Unplannable
from server.engine.planning import guards, pages, rows, values
from server.engine.planning.conditions import Conditions, Criteria
from server.engine.planning.dialects import Dialect
from server.engine.planning.json_text import Text, marker
from server.engine.planning.parameters import Parameters
from server.engine.planning.scopes import Link, Scope
from server.engine.planning.statements import Place, Placeholder, Statement
from server.engine.reading.arguments import Call
from server.engine.reading.field_index import Bindings
from server.engine.reading.selections import Nodes, Selections
from server.models.conditions import BoundParameter

# `Any` below: viewers are the application's own, and each writer takes a declaration of its own.

_WRITERS: Final[Mapping[type, Callable[["Planner", Any, Scope, Place], Text]]] = {
    declared.ByAnyKey: rows.by_any_key,
    declared.ByFunction: values.by_function,
    declared.ByKey: rows.by_key,
    declared.Column: values.column,
    declared.Embedded: values.embedded,
    declared.Followed: rows.followed,
    declared.Guarded: guards.guarded,
    declared.Computed: values.hole,
    declared.SameRow: values.itself,
    declared.Key: values.key,
    declared.Paged: pages.paged,
    declared.Relation: rows.relation,
    declared.Rows: rows.rows,
    declared.ViewerObject: rows.viewer_itself,
}
"""What writes the value of each kind of declaration."""


class Planner:
    """Writes one statement.

    `shapes` are what the arguments of each call decide. The viewer of `criteria` stands for whoever will ask,
    with deferred values.
    """

    def __init__(
        self,
        bindings: Bindings,
        selections: Selections,
        calls: Mapping[tuple[int, str], Call],
        shapes: Sequence[Hashable],
        criteria: Criteria,
        dialect: Dialect,
    ) -> None:
        self.bindings = bindings
        self.selections = selections
        self.calls = calls
        self.shapes = shapes
        self.viewer = criteria.viewer
        self.dialect = dialect
        self.parameters = Parameters(dialect)
        self.conditions = Conditions(criteria, self.parameters)
        self.holes: list[Placeholder] = []
        self.refusals: list[Callable[[Any], Exception]] = []
        self.functions: dict[int, declared.ByFunction] = {}
        self.facts: dict[tuple[declared.Prefetch, str], str] = {}
        self._scopes = 0

    def statement(self, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> Statement:
        """The statement that answers these fields of a root type."""
        return self.finished(self.fields(self.scope(None), type_, fields))

    def finished(self, text: Text) -> Statement:
        """The statement that gives this text, or where it is the same whatever is stored, the text."""
        constant = text.constant
        sql = self.dialect.whole_statement(text.sql, self.parameters.lifted) if constant is None else constant
        return Statement(sql, self.parameters.readers(), tuple(self.holes), tuple(self.refusals), self.functions)

    # What an object is made of

    def object(self, scope: Scope, type_: GraphQLObjectType, nodes: Nodes) -> Text:
        """The fields that `nodes` ask of a row, as an object."""
        return self.fields(scope, type_, self.selections.of(type_, nodes))

    def fields(self, scope: Scope, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> Text:
        return self.object_with(type_, fields, lambda nodes: self._field(scope, type_, nodes))

    def object_with(
        self, type_: GraphQLObjectType, fields: Mapping[str, Nodes], write: Callable[[Nodes], Text]
    ) -> Text:
        """An object whose members, but for its type's name, `write` gives."""
        text = Text("{")
        for number, (key, nodes) in enumerate(fields.items()):
            text.add(f'{"," if number else ""}"{key}":')
            text.add(f'"{type_.name}"' if nodes[0].name.value == "__typename" else write(nodes))
        return text.add("}")

    def _field(self, scope: Scope, type_: GraphQLObjectType, nodes: Nodes) -> Text:
        name = nodes[0].name.value
        declaration = self.bindings.declaration(type_, name)
        if declaration is None:
            raise Unplannable(f"a resolver alone answers {type_.name}.{name}")
        return self.value(declaration, scope, Place(type_, type_.fields[name], nodes))

    def value(self, declaration: Any, scope: Scope, place: Place) -> Text:
        """What a declaration says, of a row of this scope."""
        write = _WRITERS.get(type(declaration))  # pyright: ignore[reportUnknownArgumentType] - of any kind
        if write is None:
            raise Unplannable(f"{place.parent.name}.{place.nodes[0].name.value} is not planned here")
        return write(self, declaration, scope, place)

    # Rows

    def scope(self, model: type[Model] | None, link: Link | None = None) -> Scope:
        self._scopes += 1
        return Scope(self._scopes, model, link)

    def linked(self, model: type[Model], column: str, scope: Scope, outer: str) -> tuple[Scope, str]:
        """The rows of `model` whose `column` holds what `outer` of this row does, and the condition that says so."""
        child = self.scope(model, Link(column, scope, outer))
        return child, f'"{child.inner}"."{column}"={scope.column(outer)}'

    # What Python fills

    def hole(self, compute: Callable[[Any, list[Any]], Any], place: Place, payload: Text) -> Text:
        self.holes.append(Placeholder(compute, place.type_, place.nodes, place.parent))
        return marker("", len(self.holes) - 1, payload)

    def refusal(self, why: Callable[[Any], Exception]) -> Text:
        self.refusals.append(why)
        return marker("!", len(self.refusals) - 1)

    def absent(self, place: Place) -> str:
        """What stands for null: a mark where the schema allows none."""
        return "null" if place.is_nullable else marker("?", 0).constant or ""

    # Arguments

    def asked(self, place: Place) -> tuple[Any, int]:
        """What the arguments of a field decide about the text, and the number of its call."""
        call = self.calls[id(place.nodes[0]), place.parent.name]
        return self.shapes[call.number], call.number

    def given(self, number: int, name: str, kind: str) -> BoundParameter:
        """A value of this call's."""
        return BoundParameter(f"call{number}.{name}", kind, lambda run: run.values[number][name])
