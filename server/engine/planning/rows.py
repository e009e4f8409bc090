"""Rows: related rows and short lists of them in an answer."""

from graphql import GraphQLNonNull, GraphQLObjectType
from tortoise.expressions import Q

from server.engine import declarations as declared
from server.engine.planning.builder import Planner
from server.engine.planning.json_text import JsonText, all_of, expression, in_brackets, placeholder, sql_literal
from server.engine.planning.scopes import Scope
from server.engine.planning.statements import Place
from server.engine.reading.selections import Nodes
from server.engine.reading.types import nullable
from server.models.conditions import equals
from server.models.terms import BoundParameter


def select_row(
    planner: Planner, child: Scope, type_: GraphQLObjectType, nodes: Nodes, link: str, *, is_given: bool = False
) -> str:
    """A subselect of the row for which `link` holds. Null if it is not visible to the viewer.

    A row returned by a mutation is not checked again, as on the resolver path.
    """
    if not is_given:
        planner.conditions.require_policy(child)
    text = planner.write_object(child, type_, nodes)
    found = f"{child.table} WHERE {all_of(link, *planner.conditions.where(child))}"
    if not child.extras:
        return f"(SELECT {text.sql} FROM {child.from_outside(found)})"
    inner = f"SELECT {child.select_list} FROM {found}{planner.dialect.fence}"
    return f'(SELECT {text.sql} FROM ({inner}) AS "{child.outer}")'


def write_relation(planner: Planner, declaration: declared.Relation, scope: Scope, place: Place) -> JsonText:
    if not declaration.is_present(planner.viewer):
        return JsonText("null")
    if declaration.key is not None:
        named = BoundParameter(f"{place.parent.name}.{place.nodes[0].name.value}", "uuid", declaration.key)
        child = planner.scope(declaration.model)
        link = planner.conditions.condition(child, equals("id", named))
    else:
        assert declaration.column is not None
        child, link = planner.linked_scope(declaration.model, declaration.by, scope, declaration.column)
    found = select_row(planner, child, place.object_type, place.nodes, link)
    return expression(f"coalesce({found}, {sql_literal(planner.absent(place))})")


def write_followed(planner: Planner, declaration: declared.Followed, scope: Scope, place: Place) -> JsonText:
    child, link = planner.linked_scope(declaration.model, "id", scope, declaration.column)
    return expression(select_row(planner, child, place.object_type, place.nodes, link))


def write_rows(planner: Planner, declaration: declared.Rows, scope: Scope, place: Place) -> JsonText:
    if declaration.through is None:
        assert declaration.parent is not None
        child, link = planner.linked_scope(declaration.model, declaration.parent, scope, "id")
        source, order = child.table, f'"{child.inner}"."id"'
    else:
        child, between = planner.scope(declaration.model), planner.scope(declaration.through.model)
        link = f'"{between.inner}"."{declaration.through.near}"={scope.column("id")}'
        far = f'"{between.inner}"."{declaration.through.far}"'
        source = f'{between.table} JOIN {child.table} ON "{child.inner}"."id"={far}'
        order = f'"{between.inner}"."id"'
    planner.conditions.require_policy(child)
    text = planner.write_object(child, place.object_type, place.nodes)
    condition = all_of(link, *planner.conditions.where(child))
    fence = planner.dialect.fence if child.extras else ""
    inner = f"SELECT {child.select_list} FROM {source} WHERE {condition} ORDER BY {order}{fence}"
    listed = planner.dialect.join_rows(text.sql)
    found = in_brackets(f"(SELECT coalesce({listed}, '') FROM ({inner}) AS \"{child.outer}\")")
    if declaration.present is None:
        return found
    return expression(f"CASE WHEN {scope.column(declaration.present)} THEN {found.sql} ELSE 'null' END")


# Roots


def write_by_key(planner: Planner, declaration: declared.ByKey, scope: Scope, place: Place) -> JsonText:
    _, number = planner.arguments_of(place)
    child = planner.scope(declaration.model)
    link = equals(declaration.column, planner.argument(number, "key", declaration.kind))
    return _write_root(planner, declaration, child, place.object_type, place, link)


def write_by_any_key(planner: Planner, declaration: declared.ByAnyKey, scope: Scope, place: Place) -> JsonText:
    models, number = planner.arguments_of(place)
    if not declaration.many:
        child = planner.scope(models[0])
        by_key = equals("id", planner.argument(number, "key", "uuid"))
        return _write_root(planner, declaration, child, planner.field_index.types[models[0]], place, by_key)
    if not models:
        return JsonText("[]")
    pairs = planner.parameters.add(planner.argument(number, "keys", "pairs"))
    keys = planner.scope(None)
    cases = ""
    for model in models:
        child = planner.scope(model)
        link = f'"{child.inner}"."id"="{keys.outer}"."key"'
        found = select_row(planner, child, planner.field_index.types[model], place.nodes, link)
        cases += f" WHEN '{model.__name__}' THEN {found}"
    absent = "null" if _holds_null(place) else placeholder("?", 0).constant or ""
    case = f'coalesce(CASE "{keys.outer}"."model"{cases} END, {sql_literal(absent)})'
    listed = planner.dialect.join_rows(case)
    return in_brackets(f"(SELECT coalesce({listed}, '') FROM {planner.dialect.keys(pairs)} AS \"{keys.outer}\")")


def write_viewer(planner: Planner, declaration: declared.ViewerObject, scope: Scope, place: Place) -> JsonText:
    if planner.viewer is None:
        return JsonText("null")
    return planner.write_object(planner.scope(None), place.object_type, place.nodes)


def _write_root(
    planner: Planner,
    declaration: declared.ByKey | declared.ByAnyKey,
    child: Scope,
    type_: GraphQLObjectType,
    place: Place,
    link: Q,
) -> JsonText:
    found = select_row(planner, child, type_, place.nodes, planner.conditions.condition(child, link))
    missing = planner.add_refusal(lambda run: declaration.missing())
    return expression(f"coalesce({found}, {missing.sql})")


def _holds_null(place: Place) -> bool:
    """Whether a list's items may be null."""
    return not isinstance(nullable(place.type_).of_type, GraphQLNonNull)
