"""How does a selection become one statement, with every row policy inside it?"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import singledispatchmethod
from typing import Any, Protocol

from graphql import GraphQLNonNull, GraphQLObjectType
from pypika_tortoise.queries import Table
from tortoise.expressions import Q, ResolveContext
from tortoise.models import Model

from server.engine import declarations as declared
from server.engine.bindings import Bindings
from server.engine.calls import Call
from server.engine.checks import nullable
from server.engine.columns import json_of, raw_json_of
from server.engine.dialects import Dialect, quoted
from server.engine.errors import Unplannable
from server.engine.pages import Page, page_parts
from server.engine.parameters import Parameters
from server.engine.scopes import Link, Scope
from server.engine.selections import Nodes, Selections
from server.engine.statements import HoleSlot, Place, Statement
from server.engine.texts import Text, expression, marker, together
from server.models.conditions import Deferred, Reach, equals

# `Any` below: viewers and rows are the application's own, Tortoise's metadata is untyped.


class Policies(Protocol):
    """Which rows exist for a viewer."""

    def policy(self, model: type[Model], viewer: Any) -> Q: ...
    def policy_through(self, model: type[Model], viewer: Any, seen: type[Model], column: str) -> Q: ...


class Planner:
    """Writes one statement.

    `viewer` stands for whoever will ask, with deferred values; `shapes` are what the arguments of each
    call decide; `policies` give the condition that a row of a model exists for a viewer.
    """

    def __init__(
        self,
        bindings: Bindings,
        selections: Selections,
        calls: Mapping[tuple[int, str], Call],
        shapes: Sequence[Hashable],
        viewer: Any,
        policies: Policies,
        dialect: Dialect,
    ) -> None:
        self.bindings = bindings
        self.selections = selections
        self.calls = calls
        self.shapes = shapes
        self.viewer = viewer
        self.policies = policies
        self.dialect = dialect
        self.parameters = Parameters(dialect)
        self.sql_context = dialect.context.copy(parameterizer=self.parameters)
        self.holes: list[HoleSlot] = []
        self.refusals: list[Callable[[Any], Exception]] = []
        self._scopes = 0

    def statement(self, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> Statement:
        """The statement that answers these fields of a root type."""
        text = self.fields(self.scope(None), type_, fields)
        sql = self.dialect.whole_statement(text.sql, self.parameters.lifted)
        return Statement(sql, self.parameters.readers(), tuple(self.holes), tuple(self.refusals))

    # What an object is made of

    def scope(self, model: type[Model] | None, link: Link | None = None) -> Scope:
        self._scopes += 1
        return Scope(self._scopes, model, link)

    def object(self, scope: Scope, type_: GraphQLObjectType, nodes: Nodes) -> Text:
        """The fields that `nodes` ask of a row, as an object."""
        return self.fields(scope, type_, self.selections.of(type_, nodes))

    def fields(self, scope: Scope, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> Text:
        text = Text("{")
        for place, (key, nodes) in enumerate(fields.items()):
            text.add(f'{"," if place else ""}"{key}":')
            text.add(self._field(scope, type_, nodes))
        return text.add("}")

    def _field(self, scope: Scope, type_: GraphQLObjectType, nodes: Nodes) -> Text:
        name = nodes[0].name.value
        if name == "__typename":
            return Text(f'"{type_.name}"')
        declaration = self.bindings.declaration(type_, name)
        if declaration is None:
            raise Unplannable(f"a resolver alone answers {type_.name}.{name}")
        return self.value(declaration, scope, Place(type_, type_.fields[name], nodes))

    @singledispatchmethod
    def value(self, declaration: Any, scope: Scope, place: Place) -> Text:
        """What a declaration says, of a row of this scope."""
        raise Unplannable(f"{place.parent.name}.{place.nodes[0].name.value} is not planned here")

    # What is read of the row itself

    @value.register
    def _(self, declaration: declared.Column, scope: Scope, place: Place) -> Text:
        field, column = scope.field(declaration.name), scope.column(declaration.name)
        written = json_of(field, column, place.type_, self.dialect, is_minor_units=declaration.is_minor_units)
        if written.in_bounds is not None:
            payload = Text("[").add(expression(self.dialect.number(column))).add("]")
            beyond = self._hole(lambda run, values: values[0], place, payload)
            written = written.otherwise(beyond.sql)
        if not field.null:
            return expression(written.sql)
        return expression(f"coalesce({written.sql}, {quoted(self._absent(place))})")

    @value.register
    def _(self, declaration: declared.Key, scope: Scope, place: Place) -> Text:
        prefix = declaration.prefixes[_model(scope)]
        return Text(f'"{prefix}_').add(expression(f"replace({self.text_of(scope.column('id'))}, '-', '')")).add('"')

    @value.register
    def _(self, declaration: declared.Embedded, scope: Scope, place: Place) -> Text:
        type_ = place.object_type
        text = Text("{")
        for number, (key, nodes) in enumerate(self.selections.of(type_, place.nodes).items()):
            text.add(f'{"," if number else ""}"{key}":')
            name = nodes[0].name.value
            if name == "__typename":
                text.add(f'"{type_.name}"')
            else:
                text.add(self.value(declaration.columns[name], scope, Place(type_, type_.fields[name], nodes)))
        text.add("}")
        if declaration.present is None:
            return text
        present = scope.column(declaration.present)
        return expression(f"CASE WHEN {present} IS NULL THEN 'null' ELSE {text.sql} END")

    @value.register
    def _(self, declaration: declared.Itself, scope: Scope, place: Place) -> Text:
        return self.object(scope, place.object_type, place.nodes)

    @value.register
    def _(self, declaration: declared.Hole, scope: Scope, place: Place) -> Text:
        names = (*declaration.columns, *declaration.facts)
        parts = [expression(self._raw(scope.model, scope.column(name), name)) for name in declaration.columns]
        parts += [expression(self._facts(scope, facts)) for facts in declaration.facts.values()]
        payload = Text("[")
        for number, part in enumerate(parts):
            payload.add("," if number else "").add(part)
        read = _reader(_model(scope) if declaration.columns else None, declaration.columns)

        def compute(run: Any, values: list[Any]) -> Any:
            return declaration.compute(run.context, read(dict(zip(names, values, strict=True))))

        return self._hole(compute, place, payload.add("]"))

    def _hole(self, compute: Callable[[Any, list[Any]], Any], place: Place, payload: Text) -> Text:
        self.holes.append(HoleSlot(compute, place.type_, place.nodes, place.parent))
        return marker("", len(self.holes) - 1, payload)

    def _facts(self, scope: Scope, facts: declared.Facts) -> str:
        """The facts of the row, read where the row that fixes their key is."""
        owner, column = scope.source(facts.outer)
        return owner.extra(self._fact_rows(facts, f'"{owner.inner}"."{column}"'))

    def _fact_rows(self, facts: declared.Facts, outer: str) -> str:
        scope = self.scope(facts.model)
        text = Text("[")
        for number, name in enumerate(facts.columns):
            text.add("," if number else "")
            text.add(expression(self._raw(facts.model, f'"{scope.inner}"."{name}"', name)))
        if facts.nested is not None:
            text.add(",").add(expression(self._fact_rows(facts.nested, f'"{scope.inner}"."{facts.nested.outer}"')))
        condition = together(
            f'"{scope.inner}"."{facts.column}"={outer}', self.condition(scope, facts.where(self.viewer))
        )
        rows = self.dialect.joined(text.add("]").sql)
        return f"(SELECT '[' || coalesce({rows}, '') || ']' FROM {self.table(scope)} WHERE {condition})"

    def _raw(self, model: type[Model] | None, column: str, name: str) -> str:
        meta: Any = model
        return raw_json_of(meta._meta.fields_map[name], column, self.dialect)

    # Other rows

    @value.register
    def _(self, declaration: declared.Relation, scope: Scope, place: Place) -> Text:
        if not declaration.is_present(self.viewer):
            return Text("null")
        if declaration.key is not None:
            named = Deferred(f"{place.parent.name}.{place.nodes[0].name.value}", "uuid", declaration.key)
            child = self.scope(declaration.model)
            link = self.condition(child, equals("id", named))
        else:
            assert declaration.column is not None
            child, link = self._linked(declaration.model, "id", scope, declaration.column)
        found = self.row(child, place.object_type, place.nodes, link)
        return expression(f"coalesce({found}, {quoted(self._absent(place))})")

    @value.register
    def _(self, declaration: declared.Followed, scope: Scope, place: Place) -> Text:
        child, link = self._linked(declaration.model, "id", scope, declaration.column)
        return expression(self.row(child, place.object_type, place.nodes, link))

    @value.register
    def _(self, declaration: declared.Rows, scope: Scope, place: Place) -> Text:
        if declaration.through is None:
            assert declaration.parent is not None
            child, link = self._linked(declaration.model, declaration.parent, scope, "id")
            source, order = self.table(child), f'"{child.inner}"."id"'
        else:
            child, between = self.scope(declaration.model), self.scope(declaration.through.model)
            link = f'"{between.inner}"."{declaration.through.near}"={scope.column("id")}'
            far = f'"{between.inner}"."{declaration.through.far}"'
            source = f'{self.table(between)} JOIN {self.table(child)} ON "{child.inner}"."id"={far}'
            order = f'"{between.inner}"."id"'
        text = self.object(child, place.object_type, place.nodes)
        condition = together(link, self.visible(child))
        fence = self.dialect.fence if child.extras else ""
        inner = f"SELECT {child.selected} FROM {source} WHERE {condition} ORDER BY {order}{fence}"
        listed = self.dialect.joined(text.sql)
        rows = f"(SELECT '[' || coalesce({listed}, '') || ']' FROM ({inner}) AS \"{child.outer}\")"
        if declaration.present is None:
            return expression(rows)
        return expression(f"CASE WHEN {scope.column(declaration.present)} THEN {rows} ELSE 'null' END")

    def row(self, child: Scope, type_: GraphQLObjectType, nodes: Nodes, link: str, *, is_given: bool = False) -> str:
        """A subselect of the one row for which `link` holds; null where it does not exist for the viewer.

        A row that is given was handed out by a mutation, which answers for it as it does on the ordinary road.
        """
        text = self.object(child, type_, nodes)
        rows = f"{self.table(child)} WHERE {together(link, '' if is_given else self.visible(child))}"
        if not child.extras:
            return f"(SELECT {text.sql} FROM {child.from_outside(rows)})"
        inner = f"SELECT {child.selected} FROM {rows}{self.dialect.fence}"
        return f'(SELECT {text.sql} FROM ({inner}) AS "{child.outer}")'

    def _linked(self, model: type[Model], column: str, scope: Scope, outer: str) -> tuple[Scope, str]:
        child = self.scope(model, Link(column, scope, outer))
        return child, f'"{child.inner}"."{column}"={scope.column(outer)}'

    # Lists that grow

    @value.register
    def _(self, declaration: declared.Paged, scope: Scope, place: Place) -> Text:
        listing = declaration.listing
        asked, number = self._asked(place)
        if listing.parent is None:
            child, link = self.scope(listing.model), ""
        else:
            child, link = self._linked(listing.model, listing.parent, scope, "id")

        def rows() -> str:
            narrowed = [
                self.condition(child, listing.criterion(name, self._given(number, name, kind)))
                for name, kind in asked.narrowed
            ]
            always = self.condition(child, listing.always(self.viewer))
            return together(link, "" if listing.is_stricter else self.visible(child), always, *narrowed)

        page = Page(child, asked, rows, lambda name, kind: self.parameters.place(self._given(number, name, kind)))
        return page_parts(self, page, place.object_type, self.selections.of(place.object_type, place.nodes))

    def _asked(self, place: Place) -> tuple[Any, int]:
        call = self.calls[id(place.nodes[0]), place.parent.name]
        return self.shapes[call.number], call.number

    def _given(self, number: int, name: str, kind: str) -> Deferred:
        return Deferred(f"call{number}.{name}", kind, lambda run: run.values[number][name])

    # Roots

    @value.register
    def _(self, declaration: declared.ByKey, scope: Scope, place: Place) -> Text:
        _, number = self._asked(place)
        child = self.scope(declaration.model)
        link = self.condition(child, equals("id", self._given(number, "key", "uuid")))
        found = self.row(child, place.object_type, place.nodes, link)
        missing = self._refusal(lambda run: declaration.missing())
        return expression(f"coalesce({found}, {missing.sql})")

    @value.register
    def _(self, declaration: declared.ByAnyKey, scope: Scope, place: Place) -> Text:
        models, number = self._asked(place)
        if not declaration.many:
            child = self.scope(models[0])
            link = self.condition(child, equals("id", self._given(number, "key", "uuid")))
            found = self.row(child, self.bindings.types[models[0]], place.nodes, link)
            missing = self._refusal(lambda run: declaration.missing())
            return expression(f"coalesce({found}, {missing.sql})")
        if not models:
            return Text("[]")
        pairs = self.parameters.place(self._given(number, "keys", "pairs"))
        keys = self.scope(None)
        cases = ""
        for model in models:
            child = self.scope(model)
            found = self.row(
                child, self.bindings.types[model], place.nodes, f'"{child.inner}"."id"="{keys.outer}"."key"'
            )
            cases += f" WHEN '{model.__name__}' THEN {found}"
        absent = "null" if _holds_null(place) else marker("?", 0).constant or ""
        case = f'coalesce(CASE "{keys.outer}"."model"{cases} END, {quoted(absent)})'
        listed = self.dialect.joined(case)
        return expression(
            f"(SELECT '[' || coalesce({listed}, '') || ']' FROM {self.dialect.keys(pairs)} AS \"{keys.outer}\")"
        )

    @value.register
    def _(self, declaration: declared.ViewerItself, scope: Scope, place: Place) -> Text:
        if self.viewer is None:
            return Text("null")
        return self.object(self.scope(None), place.object_type, place.nodes)

    # Who may ask

    @value.register
    def _(self, declaration: declared.Guarded, scope: Scope, place: Place) -> Text:
        held = [(guard, guard.held(self.viewer)) for guard in declaration.guards]
        for guard, given in held:
            if given is False:
                if self.viewer is None and not declaration.withheld:
                    raise Unplannable(f"nobody is signed in, and {place.parent.name} asks who it is")
                return self._denied(guard, declaration, place)
        text = self.value(declaration.inner, scope, place)
        for guard, given in reversed(held):
            if isinstance(given, Q):
                decided = scope.extra(f"({self.condition(scope, given)})")
                denied = self._denied(guard, declaration, place)
                text = expression(f"CASE WHEN {decided} THEN {text.sql} ELSE {denied.sql} END")
        return text

    def _denied(self, guard: declared.Guard, declaration: declared.Guarded, place: Place) -> Text:
        return (
            Text(self._absent(place)) if declaration.withheld else self._refusal(lambda run: guard.refusal(run.viewer))
        )

    def _refusal(self, why: Callable[[Any], Exception]) -> Text:
        self.refusals.append(why)
        return marker("!", len(self.refusals) - 1)

    def _absent(self, place: Place) -> str:
        """What stands for null: a mark where the schema allows none."""
        return "null" if place.is_nullable else marker("?", 0).constant or ""

    # Conditions and tables

    def visible(self, scope: Scope) -> str:
        """The row policy. Its reach is decided once, at the row that fixes the key, where there is one."""
        link = scope.link
        if link is not None and link.column == "id" and link.around.model is not None:
            return self.condition(
                scope, self.policies.policy_through(_model(scope), self.viewer, link.around.model, link.outer)
            )
        policy = self.policies.policy(_model(scope), self.viewer)
        if isinstance(policy, Reach):
            owner, column = scope.source(policy.column)
            if owner is not scope and owner.model is not None:
                whole = owner.extra(f"({self.condition(owner, policy.whole(column))})")
                return f"{whole} OR {self.condition(scope, policy.own)}"
        return self.condition(scope, policy)

    def condition(self, scope: Scope, condition: Q) -> str:
        """A condition as SQL over the scope's table; empty for one that refuses nothing."""
        model = _model(scope)
        meta: Any = model
        table = Table(meta._meta.db_table).as_(scope.inner)
        resolved: Any = condition.resolve(
            ResolveContext(model=model, table=table, annotations={}, custom_filters={})  # type: ignore[arg-type]
        )
        if resolved.joins:
            raise Unplannable(f"a condition on {model.__name__} joins other tables")
        criterion: Any = resolved.where_criterion
        return criterion.get_sql(self.sql_context) if criterion else ""

    def table(self, scope: Scope) -> str:
        meta: Any = _model(scope)
        return f'"{meta._meta.db_table}" AS "{scope.inner}"'

    def text_of(self, column: str) -> str:
        return self.dialect.number(column)


def _model(scope: Scope) -> type[Model]:
    assert scope.model is not None
    return scope.model


def _holds_null(place: Place) -> bool:
    """Whether a list has room for nulls."""
    return not isinstance(nullable(place.type_).of_type, GraphQLNonNull)


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
