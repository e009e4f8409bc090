"""Does a row on the path prove only what is so, and all of it?"""

from random import Random
from typing import Any
from uuid import UUID

import pytest
from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.models import Model

from server.engine.planning.conditions import Conditions, Criteria
from server.engine.planning.dialects import DIALECTS
from server.engine.planning.parameters import Parameters
from server.engine.planning.scopes import Link, Scope
from tests.databases import BACKEND
from tests.engine.random_conditions import ALIKE, RandomConditions
from tests.engine.toy import Author, Book, Loan, Note, Toy, taken_back
from tests.long import amount
from tests.seeds import SEED

pytestmark = pytest.mark.postgres

PATHS = amount(150, long=10_000)


class NoPolicies:
    """No row policies: a path has its own requirements."""

    def policy(self, model: type[Model], viewer: Any) -> Q:
        raise AssertionError(model)

    def policy_through(self, model: type[Model], viewer: Any, seen: type[Model], column: str) -> Q:
        raise AssertionError(model)


class Path:
    """Rows of three tables, one below the other, each with a condition that is required and one that is decided."""

    def __init__(self, random: Random) -> None:
        conditions = RandomConditions(random)
        models: list[type[Model]] = [random.choice([Author, Book, Note])]
        self.columns = list[tuple[str, str]]()
        while len(models) < 3:
            alike = random.choice([columns for columns in ALIKE if models[-1] in columns])
            model = random.choice([*alike])
            self.columns.append((alike[model], alike[models[-1]]))
            models.append(model)
        self.models = models
        self.required = [conditions.requirement(model) for model in models]
        self.required[-1] &= conditions.condition(models[-1], 3)
        self.decided = [conditions.condition(model, 3) for model in models]

    def statement(self, *, is_proven: bool) -> tuple[str, list[Any]]:
        """The rows with what is decided of each: with witnesses, or with every condition as it is."""
        parameters = Parameters(DIALECTS[BACKEND])
        conditions = Conditions(Criteria(NoPolicies(), None), parameters)
        scopes = self._scopes()
        required, decided = list[str](), list[str]()
        for scope, condition in zip(scopes, self.required, strict=True):
            conditions.require(scope, ("required", scope.number), lambda condition=condition: condition)
        for scope, must, may in zip(scopes, self.required, self.decided, strict=True):
            required += conditions.where(scope) if is_proven else [conditions.condition(scope, must)]
            proven = (
                conditions.shared_condition(scope, ("decided", scope.number), lambda may=may: may) if is_proven else ""
            )
            decided.append(proven if is_proven else conditions.condition(scope, may))
        return _statement(scopes, required, decided, parameters), parameters.values

    def _scopes(self) -> list[Scope]:
        scopes = [Scope(1, self.models[0])]
        for model, (column, outer) in zip(self.models[1:], self.columns, strict=True):
            scopes.append(Scope(len(scopes) + 1, model, Link(column, scopes[-1], outer)))
        return scopes


def _statement(scopes: list[Scope], required: list[str], decided: list[str], parameters: Parameters) -> str:
    """One flat join. What would be computed once for each row is put where it is read."""
    tables = ", ".join(scope.table for scope in scopes)
    links = [
        f'"{scope.inner}"."{scope.link.column}"="{scope.link.around.inner}"."{scope.link.outer}"'
        for scope in scopes
        if scope.link
    ]
    where = " AND ".join(f"({part})" for part in (*links, *required) if part)
    keys = [f'CAST("{scope.inner}"."id" AS TEXT)' for scope in scopes]
    values = [f"CASE WHEN {part or 'TRUE'} THEN 1 ELSE 0 END" for part in decided]
    lifted = ", ".join(f'"{name}" AS NOT MATERIALIZED ({rows})' for rows, name in parameters.lifted.items())
    sql = f"{f'WITH {lifted} ' if lifted else ''}SELECT {', '.join([*keys, *values])} FROM {tables} WHERE {where}"
    for scope in reversed(scopes):
        for expression, name in scope.extras.items():
            sql = sql.replace(f'"{scope.outer}"."{name}"', expression)
        sql = sql.replace(f'"{scope.outer}".', f'"{scope.inner}".')
    return sql


async def test_a_witness_never_changes_which_rows_are_found(toy: Toy) -> None:
    random = Random(SEED)
    shortened = found = 0

    async with taken_back():
        await _add_rows(random)
        for number in range(PATHS):
            path = Path(random)
            proven, plain = path.statement(is_proven=True), path.statement(is_proven=False)
            rows, expected = await _rows(*proven), await _rows(*plain)
            assert rows == expected, f"SEED={SEED} path {number}\n{proven[0]}\n\n{plain[0]}"
            shortened += proven != plain
            found += bool(proven != plain and rows)

    print(f"{shortened} of {PATHS} with a witness, {found} of them with rows")  # noqa: T201 - shown with -s
    assert found > PATHS / 10


async def _add_rows(random: Random) -> None:
    authors, books = [UUID(int=number) for number in range(1, 6)], [UUID(int=1000 + n) for n in range(24)]
    for kind, more in ((Note, lambda: {"text": random.choice("ab")}), (Loan, dict)):
        await kind.bulk_create(
            kind(author_id=random.choice(authors), book_id=random.choice(books), **more()) for _ in range(20)
        )


async def _rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    _, rows = await get_connection("default").execute_query(sql, values)
    return sorted(tuple(row.values()) if isinstance(row, dict) else tuple(row) for row in rows)
