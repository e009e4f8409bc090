"""Look-ups of rows by id, with cached statements.

Tortoise and pypika take longer to build a statement than the database takes to run it. These statements are built once
for each model and cache key of a viewer; everything else is a parameter.
"""

from collections.abc import Hashable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from pypika_tortoise.terms import Parameterizer
from tortoise.connection import get_connection
from tortoise.models import Model
from tortoise.queryset import QuerySet

from server.domain.viewer import Viewer
from server.models.conditions import OneOf
from server.models.terms import BoundParameter, as_json
from server.models.visibility.policies import visible_queryset
from server.models.visibility.viewer_parameters import cache_key, viewer_template

# `Any` below: Tortoise's query internals are untyped.

_ModelT = TypeVar("_ModelT", bound=Model)
_MAX_STATEMENTS: Final = 1_000
_IDS: Final = BoundParameter("asked", "uuid[]", lambda run: run.ids)
_statements: dict[Hashable, tuple[str, list[Any]]] = {}


class _Run:
    """The viewer and the keys that a statement is run for."""

    def __init__(self, viewer: Viewer | None, ids: Sequence[UUID]) -> None:
        self.viewer = viewer
        self.ids = ids


class BindingParameterizer(Parameterizer):
    """Leaves constants of the code in the text; everything else is a parameter, whether it is bound now or later."""

    def should_parameterize(self, value: Any) -> bool:
        return not isinstance(value, (str, bool, int))


async def visible_rows(
    model: type[_ModelT], viewer: Viewer | None, ids: Sequence[UUID], column: str = "id"
) -> list[_ModelT]:
    """Those of these rows that are visible to the viewer, in no order. `column` is the one with the ids."""
    key = (model, column, cache_key(viewer))
    if key not in _statements:
        _build_statement(key, visible_queryset(model, viewer_template(viewer)).filter(OneOf(column, _IDS)))
    return await _run_statement(model, key, _Run(viewer, ids))


async def visible_row(model: type[_ModelT], viewer: Viewer | None, id: UUID) -> _ModelT | None:
    """The row with this id, if it is visible to the viewer."""
    return next(iter(await visible_rows(model, viewer, [id])), None)


async def lock_row(model: type[_ModelT], id: UUID) -> _ModelT:
    """The row, held until the transaction ends, so that what is decided on it stays true.

    Others can still write rows that reference it. Decision 27 says in which order rows are locked, and why.
    """
    return (await lock_rows(model, [id]))[id]


async def lock_rows(model: type[_ModelT], ids: Sequence[UUID]) -> dict[UUID, _ModelT]:
    """The rows, locked until the transaction ends, always in the same order."""
    key = (model, "locked")
    if key not in _statements:
        _build_statement(key, model.filter(OneOf("id", _IDS)).order_by("id").select_for_update(no_key=True))
    return {row.pk: row for row in await _run_statement(model, key, _Run(None, ids))}


def _build_statement(key: Hashable, rows: QuerySet[Any]) -> None:
    if len(_statements) >= _MAX_STATEMENTS:
        _statements.clear()
    parameters = BindingParameterizer()
    _statements[key] = (render_statement(rows, parameters), parameters.values)


def render_statement(rows: Any, parameters: BindingParameterizer) -> str:
    """The text of the statement that finds these rows. Its values are added to `parameters`."""
    rows._choose_db_if_not_chosen()
    rows._make_query()
    return rows.query.get_sql(rows.query.QUERY_CLS.SQL_CONTEXT.copy(parameterizer=parameters))


async def _run_statement(model: type[_ModelT], key: Hashable, run: _Run) -> list[_ModelT]:
    sql, values = _statements[key]
    connection: Any = get_connection("default")
    _, records = await connection.execute_query(sql, _arguments(values, run))
    build: Any = model._init_from_db
    return [build(**dict(record)) for record in records]


def viewer_arguments(values: Sequence[Any], viewer: Viewer | None) -> list[Any]:
    """The values of a statement that depends on a viewer only, as the database takes them."""
    return _arguments(values, _Run(viewer, ()))


def _arguments(values: Sequence[Any], run: _Run) -> list[Any]:
    connection: Any = get_connection("default")
    is_sqlite = connection.capabilities.dialect == "sqlite"
    return [_argument(value, run, is_sqlite=is_sqlite) for value in values]


def _argument(value: Any, run: _Run, *, is_sqlite: bool) -> Any:
    if not isinstance(value, BoundParameter):
        return value
    read = value.read(run)
    if not is_sqlite:
        return list(read) if value.kind == "uuid[]" else read
    return as_json(read) if value.kind == "uuid[]" else str(read)
