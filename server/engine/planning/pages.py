"""Pages: one page of a paginated list, with its cursors and total count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from graphql import GraphQLObjectType

from server.engine.declarations import Followed, Paged, PagePart, PageRequest
from server.engine.errors import Unplannable
from server.engine.planning.builder import Planner
from server.engine.planning.json_text import JsonText, all_of, expression, in_brackets, in_quotes
from server.engine.planning.scopes import Scope
from server.engine.planning.statements import Place
from server.engine.reading.selections import Nodes
from server.engine.reading.types import named_type
from server.models.terms import BoundParameter

_NOW: Final = BoundParameter("now", "timestamptz", lambda run: run.context.now)
"""The time at which an operation is answered. It is kept out of the arguments, so that these can be read once."""


@dataclass(frozen=True)
class Page:
    """A page of `child`'s rows for which `condition` holds."""

    child: Scope
    request: PageRequest
    condition: Callable[[], str]
    parameter: Callable[[str, str], str]
    """The parameter of a value, by its name and SQL type."""

    @cached_property
    def rows(self) -> str:
        """The condition, written only where it is needed, because unused parameters are refused."""
        return self.condition()

    def key(self, alias: str) -> str:
        return f'"{alias}"."{self.request.column}"'

    def between_cursors(self) -> str:
        """The condition for the requested side of the cursors."""
        sides = list[str]()
        for name, is_there, forwards in (
            ("after", self.request.has_after, True),
            ("before", self.request.has_before, False),
        ):
            if is_there:
                sides.append(self._side_of_cursor(name, forwards=forwards))
        return all_of(*sides)

    def _side_of_cursor(self, name: str, *, forwards: bool) -> str:
        key, id = self.key(self.child.inner), f'"{self.child.inner}"."id"'
        given = self.parameter(f"{name}_key", "timestamptz" if self.request.is_timestamp else "text")
        given_id = self.parameter(f"{name}_id", "uuid")
        # Rows with equal keys are in the order of their ids, so a cursor holds both. With `title` ascending, after
        # ("B", 7): ("title", "id") > ("B", 7), which an index on both answers. Descending, the ids still ascend:
        # "title" < "B" OR ("title" = "B" AND "id" > 7).
        further = ">" if forwards is not self.request.is_descending else "<"
        later = ">" if forwards else "<"
        if further == later:
            return f"({key}, {id}) {further} ({given}, {given_id})"
        return f"{key} {further} {given} OR ({key} = {given} AND {id} {later} {given_id})"

    @property
    def order(self) -> str:
        backwards = self.request.is_backwards
        by_key = "DESC" if self.request.is_descending is not backwards else "ASC"
        by_id = "DESC" if backwards else "ASC"
        return f'{self.key(self.child.inner)} {by_key}, "{self.child.inner}"."id" {by_id}'


class _ConnectionWriter:
    """Writes the fields of one connection."""

    def __init__(self, planner: Planner, page: Page) -> None:
        self.planner = planner
        self.page = page
        self.child = page.child
        self.reads_rows = False
        self.counts = page.request.is_backwards

    def size(self) -> str:
        return self.page.parameter("size", "bigint")

    def cursor(self) -> str:
        """The cursor of a row: its id and its sort key, in hexadecimal digits."""
        dialect = self.planner.dialect
        key = self.child.column(self.page.request.column)
        key = f"({dialect.timestamp(key).sql})" if self.page.request.is_timestamp else key
        return f"{dialect.digits(self.child.column('id'))} || {dialect.hexadecimal(key)}"

    def list_of(self, text: JsonText) -> JsonText:
        """A list with this text for each row of the page."""
        self.reads_rows = True
        return in_brackets(f"\x00{text.sql}\x00")

    def write_part(self, type_: GraphQLObjectType, nodes: Nodes) -> JsonText:
        name = nodes[0].name.value
        declaration = self.planner.field_index.declaration(type_, name)
        node_type = _type_of(type_, name)
        match declaration:
            case PagePart("nodes"):
                return self.list_of(self.planner.write_object(self.child, node_type, nodes))
            case Followed():
                return self.list_of(
                    self.planner.write_value(declaration, self.child, Place(type_, type_.fields[name], nodes))
                )
            case PagePart("edges"):
                return self.list_of(self.write_edge(node_type, nodes))
            case PagePart("page_info"):
                return self.write_info(node_type, nodes)
            case PagePart("total_count"):
                return self.total()
            case _:
                raise Unplannable(f"only a resolver answers {type_.name}.{name}")

    def write_edge(self, type_: GraphQLObjectType, nodes: Nodes) -> JsonText:
        return self.planner.write_object_with(
            type_, self.planner.selections.of(type_, nodes), lambda inner: self._write_edge_field(type_, inner)
        )

    def _write_edge_field(self, type_: GraphQLObjectType, nodes: Nodes) -> JsonText:
        name = nodes[0].name.value
        declaration = self.planner.field_index.declaration(type_, name)
        if declaration == PagePart("cursor"):
            return in_quotes(expression(self.cursor()))
        if declaration is None:
            raise Unplannable(f"only a resolver answers {type_.name}.{name}")
        return self.planner.write_value(declaration, self.child, Place(type_, type_.fields[name], nodes))

    def write_info(self, type_: GraphQLObjectType, nodes: Nodes) -> JsonText:
        return self.planner.write_object_with(
            type_,
            self.planner.selections.of(type_, nodes),
            lambda inner: self._write_info_field(type_, inner[0].name.value),
        )

    def _write_info_field(self, type_: GraphQLObjectType, name: str) -> JsonText:
        asked = self.page.request
        match self.planner.field_index.declaration(type_, name):
            case PagePart("has_next_page"):
                return JsonText(_json(asked.has_before)) if asked.is_backwards else self._has_more()
            case PagePart("has_previous_page"):
                return self._has_more() if asked.is_backwards else JsonText(_json(asked.has_after))
            case PagePart("start_cursor" | "end_cursor" as end):
                return self._cursor_at(is_first=(end == "start_cursor") is not asked.is_backwards)
            case _ if name == "__typename":
                return JsonText(f'"{type_.name}"')
            case _:
                raise Unplannable(f"only a resolver answers {type_.name}.{name}")

    # Parameters are numbered as they are written; one without a use would be refused.

    def _has_more(self) -> JsonText:
        among = f'coalesce(max("{self.child.outer}"."among"), 0)'
        return self._over_numbered_rows(f"CASE WHEN {among} > {self.size()} THEN 'true' ELSE 'false' END")

    def _cursor_at(self, *, is_first: bool) -> JsonText:
        """The cursor of the first or last row in the order of reading."""
        place, among = f'"{self.child.outer}"."place"', f'"{self.child.outer}"."among"'
        last = f"CASE WHEN {among} < {self.size()} THEN {among} ELSE {self.size()} END"
        at = f"{place}={1 if is_first else last}"
        cursor = f"max(CASE WHEN {at} AND {place}<={self.size()} THEN {self.cursor()} END)"
        return self._over_numbered_rows(f"coalesce('\"' || {cursor} || '\"', 'null')")

    def _over_numbered_rows(self, sql: str) -> JsonText:
        """An expression over all numbered rows of the page."""
        self.reads_rows = self.counts = True
        return expression(sql)

    def total(self) -> JsonText:
        rows = self.page.rows
        condition = f" WHERE {rows}" if rows else ""
        counted = f"(SELECT COUNT(*) FROM {self.child.table}{condition})"
        return expression(self.planner.dialect.number(counted))

    def source(self) -> str:
        """The rows of the page, numbered if something depends on their number."""
        condition = all_of(self.page.rows, self.page.between_cursors())
        where = f" WHERE {condition}" if condition else ""
        child = self.child
        rows = f"SELECT {child.select_list} FROM {child.table}{where} ORDER BY {self.page.order}"
        if not self.counts:
            return f'({rows} LIMIT {self.size()}) AS "{child.outer}"'
        numbered = (
            f'SELECT "q{child.number}".*, row_number() OVER () AS "place", count(*) OVER () AS "among" '
            f'FROM ({rows} LIMIT {self.size()} + 1) AS "q{child.number}"'
        )
        if self.page.request.is_backwards:
            numbered = f'SELECT * FROM ({numbered}) AS "r{child.number}" ORDER BY "place" DESC'
        return f'({numbered}) AS "{child.outer}"'

    def list_sql(self, sql: str) -> str:
        if self.counts:
            sql = f'CASE WHEN "{self.child.outer}"."place"<={self.size()} THEN {sql} END'
        return f"coalesce({self.planner.dialect.join_rows(sql)}, '')"


def write_page(planner: Planner, declaration: Paged, scope: Scope, place: Place) -> JsonText:
    """The connection as a JSON object."""
    listing = declaration.listing
    asked, number = planner.arguments_of(place)
    if listing.parent is None:
        child, link = planner.scope(listing.model), ""
    else:
        child, link = planner.linked_scope(listing.model, listing.parent, scope, "id")
    conditions = planner.conditions
    if not listing.is_stricter:
        conditions.require_policy(child)
    conditions.require(child, listing.always, lambda: listing.always(planner.viewer))

    def rows() -> str:
        narrowed = [
            conditions.condition(child, listing.criterion(name, planner.argument(number, name, kind), _NOW))
            for name, kind in asked.filters
        ]
        return all_of(link, *conditions.where(child), *narrowed)

    page = Page(child, asked, rows, lambda name, kind: planner.parameters.add(planner.argument(number, name, kind)))
    return _write_connection(planner, page, place.object_type, planner.selections.of(place.object_type, place.nodes))


def _write_connection(planner: Planner, page: Page, type_: GraphQLObjectType, fields: Mapping[str, Nodes]) -> JsonText:
    """Write a connection. Its lists share one read of the page; a mere count needs none."""
    parts = _ConnectionWriter(planner, page)
    text = planner.write_object_with(type_, fields, lambda nodes: parts.write_part(type_, nodes))
    if not parts.reads_rows:
        return text
    # Only now is it known whether rows are numbered. Until now, lists were left open between zero bytes.
    pieces = text.sql.split("\x00")
    sql = "".join(parts.list_sql(piece) if place % 2 else piece for place, piece in enumerate(pieces))
    return expression(f"(SELECT {sql} FROM {parts.source()})")


def _type_of(type_: GraphQLObjectType, name: str) -> Any:
    return named_type(type_.fields[name].type)


def _json(value: bool) -> str:
    return "true" if value else "false"
