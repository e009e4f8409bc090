"""Look-ups of rows by id, which a viewer sees or which are locked."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.viewer import Viewer
from server.models.conditions import EVERY_ROW, Exists, OneOf
from server.models.questions import Question, ask, ask_one
from server.models.terms import BoundParameter
from server.models.visibility.policies import row_policy, visible_queryset
from server.models.visibility.viewer_parameters import cache_key, viewer_template

# `Any` below: bound parameters read what the statement is run for.

_ModelT = TypeVar("_ModelT", bound=Model)
_IDS: Final = BoundParameter("asked", "uuid[]", lambda run: run.ids)


class ForViewer:
    """The viewer and the ids that a statement is run for."""

    def __init__(self, viewer: Viewer | None, ids: Sequence[UUID] = ()) -> None:
        self.viewer = viewer
        self.ids = ids


def visible(model: type[_ModelT], viewer: Viewer | None, ids: Sequence[UUID], column: str = "id") -> Question[_ModelT]:
    """Which of these rows are visible to the viewer, in no order? `column` is the one with the ids."""

    def build() -> Any:
        return visible_queryset(model, viewer_template(viewer)).filter(OneOf(column, _IDS))

    return Question(model, ("visible", column, cache_key(viewer)), build, ForViewer(viewer, ids))


async def visible_rows(
    model: type[_ModelT], viewer: Viewer | None, ids: Sequence[UUID], column: str = "id"
) -> list[_ModelT]:
    """Those of these rows that are visible to the viewer, in no order. `column` is the one with the ids."""
    return await ask_one(visible(model, viewer, ids, column))


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

    def build() -> Any:
        return model.filter(OneOf("id", _IDS)).order_by("id").select_for_update(no_key=True)

    return {row.pk: row for row in await ask_one(Question(model, "locked", build, ForViewer(None, ids)))}


async def lock_owned_rows(
    model: type[_ModelT], owner: type[Model], column: str, ids: Sequence[UUID], seen_by: Viewer | None = None
) -> dict[UUID, _ModelT]:
    """The rows, locked after their owners, which `column` names, so that no deadlock can occur. One statement.

    With `seen_by`, only rows that this viewer sees are locked. PostgreSQL works out the columns of a result from left
    to right. Each row is as it was last stored, also after a wait; other rows are read by a statement of their own.
    """

    def within() -> Q:
        policy = row_policy(model, viewer_template(seen_by)) if seen_by else EVERY_ROW
        return OneOf("id", _IDS) & policy

    def owners() -> Any:
        return owner.filter(Exists(model, within(), **{column: "id"})).order_by("id").select_for_update(no_key=True)

    def rows() -> Any:
        return model.filter(Exists(model, within(), id="id")).order_by("id").select_for_update(no_key=True)

    key, run = ("locked with its owner", column, cache_key(seen_by)), ForViewer(seen_by, ids)
    _, locked = await ask(Question(owner, (model, key), owners, run), Question(model, key, rows, run))
    return {row.pk: row for row in locked}
