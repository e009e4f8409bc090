"""How is what a function needs to know beyond its row read: the rows of other tables, as lists of values?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tortoise.models import Model

from server.engine import declarations as declared
from server.engine.planning.columns import raw_json_of
from server.engine.planning.json_text import Text, expression, together
from server.engine.planning.scopes import Scope
from server.models.conditions import AtMost

if TYPE_CHECKING:
    from server.engine.planning.builder import Planner

# `Any` below: Tortoise's metadata is untyped.


def facts_of(planner: "Planner", scope: Scope, facts: declared.Prefetch) -> str:
    """The facts of a row, read where the row that fixes their key is."""
    if not facts.is_present(planner.viewer):
        return "'[]'"
    owner, named = (scope, facts.outer) if _is_tied(facts) else scope.source(facts.outer)
    outer = f'"{owner.inner}"."{named}"'
    if (facts, outer) not in planner.facts:
        planner.facts[facts, outer] = _rows(planner, facts, outer, owner)
    return owner.extra(planner.facts[facts, outer])


def _is_tied(facts: declared.Prefetch) -> bool:
    """Whether more than their key depends on the row of the hole."""
    return bool(facts.ties or any(joined.ties for joined in facts.joined))


def _rows(planner: "Planner", facts: declared.Prefetch, outer: str, row: Scope) -> str:
    scope = planner.scope(facts.model)
    values = [raw(planner, facts.model, f'"{scope.inner}"."{name}"', name) for name in facts.columns]
    source, also = scope.table, list[str]()
    for joined in facts.joined:
        further, required, columns = _joined(planner, joined, scope, row)
        source += further
        also.append(required)
        values += columns
    if facts.nested is not None:
        values.append(_rows(planner, facts.nested, f'"{scope.inner}"."{facts.nested.outer}"', scope))
    text = Text("[")
    for number, value in enumerate(values):
        text.add("," if number else "").add(expression(value))
    where = planner.conditions.known(scope, facts.where, lambda: facts.where(planner.viewer))
    condition = together(f'"{scope.inner}"."{facts.column}"={outer}', *_ties(facts.ties, scope, row), where, *also)
    rows = planner.dialect.joined(text.add("]").sql)
    if facts.latest is None:
        return f"(SELECT '[' || coalesce({rows}, '') || ']' FROM {source} WHERE {condition})"
    return f"(SELECT '[' || coalesce({rows}, '') || ']' FROM ({_latest(facts, scope, condition)}) AS \"{scope.inner}\")"


def _joined(planner: "Planner", joined: declared.Joined, beside: Scope, row: Scope) -> tuple[str, str, list[str]]:
    """What is added to the tables and to the condition, and the columns.

    Side by side, not nested, and in the condition rather than in an ON: SQLite bounds how deep a statement is.
    """
    if not joined.is_present(planner.viewer):
        return "", "", ["'null'"] * len(joined.columns)
    scope = planner.scope(joined.model)
    where = planner.conditions.known(scope, joined.where, lambda: joined.where(planner.viewer))
    tie = f'"{scope.inner}"."{joined.column}"="{beside.inner}"."{joined.near}"'
    columns = [raw(planner, joined.model, f'"{scope.inner}"."{name}"', name) for name in joined.columns]
    ties = _ties(joined.ties, scope, row)
    if not joined.is_optional:
        return f" JOIN {scope.table} ON {tie}", together(*ties, where), columns
    found_or_null = [f"coalesce({column}, 'null')" for column in columns]
    return f" LEFT JOIN {scope.table} ON {together(tie, *ties, where)}", "", found_or_null


def _ties(ties: declared.Ties, scope: Scope, row: Scope) -> Iterator[str]:
    for column, tied_to in ties:
        if isinstance(tied_to, AtMost):
            yield f'"{scope.inner}"."{column}">="{row.inner}"."{tied_to.column}"'
        else:
            yield f'"{scope.inner}"."{column}"="{row.inner}"."{tied_to}"'


def _latest(facts: declared.Prefetch, scope: Scope, condition: str) -> str:
    """The facts with the greatest value of one column for each combination of the others."""
    alike = ", ".join(f'"{scope.inner}"."{name}"' for name in facts.columns if name != facts.latest)
    latest = f'max("{scope.inner}"."{facts.latest}") AS "{facts.latest}"'
    return f"SELECT {alike}, {latest} FROM {scope.table} WHERE {condition} GROUP BY {alike}"


def raw(planner: "Planner", model: type[Model] | None, named: str, name: str) -> str:
    """A column as JSON for Python to read again."""
    meta: Any = model
    return raw_json_of(meta._meta.fields_map[name], named, planner.dialect)
