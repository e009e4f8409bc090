"""How is another row, or a short list of rows, written into an answer?"""

from typing import TYPE_CHECKING

from graphql import GraphQLNonNull, GraphQLObjectType
from tortoise.expressions import Q

from server.engine import declarations as declared
from server.engine.planning.dialects import quoted
from server.engine.planning.json_text import Text, expression, marker, together
from server.engine.planning.scopes import Scope
from server.engine.planning.statements import Place
from server.engine.reading.selections import Nodes
from server.engine.validation import nullable
from server.models.conditions import BoundParameter, equals

if TYPE_CHECKING:
    from server.engine.planning.builder import Planner


def row(
    planner: "Planner", child: Scope, type_: GraphQLObjectType, nodes: Nodes, link: str, *, is_given: bool = False
) -> str:
    """A subselect of the one row for which `link` holds; null where it does not exist for the viewer.

    A row that is given was handed out by a mutation, which answers for it as it does on the ordinary road.
    """
    text = planner.object(child, type_, nodes)
    found = f"{child.table} WHERE {together(link, '' if is_given else planner.conditions.visible(child))}"
    if not child.extras:
        return f"(SELECT {text.sql} FROM {child.from_outside(found)})"
    inner = f"SELECT {child.selected} FROM {found}{planner.dialect.fence}"
    return f'(SELECT {text.sql} FROM ({inner}) AS "{child.outer}")'


def relation(planner: "Planner", declaration: declared.Relation, scope: Scope, place: Place) -> Text:
    if not declaration.is_present(planner.viewer):
        return Text("null")
    if declaration.key is not None:
        named = BoundParameter(f"{place.parent.name}.{place.nodes[0].name.value}", "uuid", declaration.key)
        child = planner.scope(declaration.model)
        link = planner.conditions.once(child, equals("id", named))
    else:
        assert declaration.column is not None
        child, link = planner.linked(declaration.model, declaration.by, scope, declaration.column)
    found = row(planner, child, place.object_type, place.nodes, link)
    return expression(f"coalesce({found}, {quoted(planner.absent(place))})")


def followed(planner: "Planner", declaration: declared.Followed, scope: Scope, place: Place) -> Text:
    child, link = planner.linked(declaration.model, "id", scope, declaration.column)
    return expression(row(planner, child, place.object_type, place.nodes, link))


def rows(planner: "Planner", declaration: declared.Rows, scope: Scope, place: Place) -> Text:
    if declaration.through is None:
        assert declaration.parent is not None
        child, link = planner.linked(declaration.model, declaration.parent, scope, "id")
        source, order = child.table, f'"{child.inner}"."id"'
    else:
        child, between = planner.scope(declaration.model), planner.scope(declaration.through.model)
        link = f'"{between.inner}"."{declaration.through.near}"={scope.column("id")}'
        far = f'"{between.inner}"."{declaration.through.far}"'
        source = f'{between.table} JOIN {child.table} ON "{child.inner}"."id"={far}'
        order = f'"{between.inner}"."id"'
    text = planner.object(child, place.object_type, place.nodes)
    condition = together(link, planner.conditions.visible(child))
    fence = planner.dialect.fence if child.extras else ""
    inner = f"SELECT {child.selected} FROM {source} WHERE {condition} ORDER BY {order}{fence}"
    listed = planner.dialect.joined(text.sql)
    found = f"(SELECT '[' || coalesce({listed}, '') || ']' FROM ({inner}) AS \"{child.outer}\")"
    if declaration.present is None:
        return expression(found)
    return expression(f"CASE WHEN {scope.column(declaration.present)} THEN {found} ELSE 'null' END")


# Roots


def by_key(planner: "Planner", declaration: declared.ByKey, scope: Scope, place: Place) -> Text:
    _, number = planner.asked(place)
    child = planner.scope(declaration.model)
    link = equals(declaration.column, planner.given(number, "key", declaration.kind))
    return _found(planner, declaration, child, place.object_type, place, link)


def by_any_key(planner: "Planner", declaration: declared.ByAnyKey, scope: Scope, place: Place) -> Text:
    models, number = planner.asked(place)
    if not declaration.many:
        child = planner.scope(models[0])
        by_key = equals("id", planner.given(number, "key", "uuid"))
        return _found(planner, declaration, child, planner.bindings.types[models[0]], place, by_key)
    if not models:
        return Text("[]")
    pairs = planner.parameters.place(planner.given(number, "keys", "pairs"))
    keys = planner.scope(None)
    cases = ""
    for model in models:
        child = planner.scope(model)
        link = f'"{child.inner}"."id"="{keys.outer}"."key"'
        cases += (
            f" WHEN '{model.__name__}' THEN {row(planner, child, planner.bindings.types[model], place.nodes, link)}"
        )
    absent = "null" if _holds_null(place) else marker("?", 0).constant or ""
    case = f'coalesce(CASE "{keys.outer}"."model"{cases} END, {quoted(absent)})'
    listed = planner.dialect.joined(case)
    return expression(
        f"(SELECT '[' || coalesce({listed}, '') || ']' FROM {planner.dialect.keys(pairs)} AS \"{keys.outer}\")"
    )


def viewer_itself(planner: "Planner", declaration: declared.ViewerObject, scope: Scope, place: Place) -> Text:
    if planner.viewer is None:
        return Text("null")
    return planner.object(planner.scope(None), place.object_type, place.nodes)


def _found(
    planner: "Planner",
    declaration: declared.ByKey | declared.ByAnyKey,
    child: Scope,
    type_: GraphQLObjectType,
    place: Place,
    link: Q,
) -> Text:
    found = row(planner, child, type_, place.nodes, planner.conditions.once(child, link))
    missing = planner.refusal(lambda run: declaration.missing())
    return expression(f"coalesce({found}, {missing.sql})")


def _holds_null(place: Place) -> bool:
    """Whether a list has room for nulls."""
    return not isinstance(nullable(place.type_).of_type, GraphQLNonNull)
