"""Look-ups of rows by id, which a viewer sees or which are locked."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar
from uuid import UUID

from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.viewer import Viewer
from server.models.conditions import EVERY_ROW, NamedBy, OneOf
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


Path = tuple[tuple[str, type[Model]], ...]
"""From rows to their outermost owner: each column, and the model of the rows that it names."""


async def lock_owned_rows(
    model: type[Model], path: Path, ids: Sequence[UUID], seen_by: Viewer | None, *also: Question[Any]
) -> list[list[Any]]:
    """These rows, their owners along `path`, and the answers to `also`, in one statement.

    The outermost owner is locked first, and the rows after their owners, so that no deadlock can occur. With `seen_by`,
    only what belongs to rows that this viewer sees is locked. PostgreSQL works out the columns of a result from left to
    right. Each row is as it was last stored, also after a wait; other rows are read by a statement of their own.
    """
    levels = (model, *(owner for _, owner in path))
    key, run = ("locked with owners", model, path, cache_key(seen_by)), ForViewer(seen_by, ids)

    def within(level: int) -> Q:
        if level:
            return NamedBy(levels[level - 1], path[level - 1][0], within(level - 1))
        return OneOf("id", _IDS) & (row_policy(model, viewer_template(seen_by)) if seen_by else EVERY_ROW)

    def build(level: int) -> Any:
        condition = within(level) if level else NamedBy(model, "id", within(0))
        return levels[level].filter(condition).order_by("id").select_for_update(no_key=True)

    questions = [Question(found, (level, key), partial(build, level), run) for level, found in enumerate(levels)]
    answers = await ask(*reversed(questions), *also)
    return [*reversed(answers[: len(levels)]), *answers[len(levels) :]]


async def lock_and_read(*questions: Question[Any]) -> list[list[Any]]:
    """The rows of each question. Those of the questions `for_update` are locked."""
    return await ask(*questions)


def for_update(question: Question[_ModelT]) -> Question[_ModelT]:
    """The same rows, which are locked when they are read."""

    def build() -> Any:
        return question.build().order_by("id").select_for_update(no_key=True)

    return replace(question, key=("locked", question.key), build=build)
