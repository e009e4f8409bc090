"""Witnesses: rows on the path of a selection that are what an EXISTS below them looks for.

For example, an author's books are listed for somebody who may edit them, with the notes on each, and everybody who may
edit a book sees its notes: `EXISTS(book of the note that the viewer may edit)`. The row of the book is the proof, so
nothing is looked for. If more is asked of the book than is known, the rest is tested on its row, and then in general:

    "p2"."is_public" OR EXISTS(SELECT 1 FROM "book" AS "e1" WHERE "e1"."id"="t3"."book_id" AND …)

The row is one of those that the EXISTS looks at, so the first part is true only where the second one is. What a viewer
sees is the same; it is found sooner.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import Protocol

from tortoise.expressions import Q

from server.engine.planning.implications import is_negated, parts_of
from server.engine.planning.scopes import Scope
from server.models.conditions import EVERY_ROW, AtMost, Condition, Exists, Meets


class Remainders(Protocol):
    """Knows what the rows of a scope meet."""

    def remainder(self, row: Scope, sought: Exists) -> Q | None:
        """What is left of the sought row's condition for a row of this scope. None if nothing of it is known."""
        ...


def rows_around(scope: Scope) -> Iterator[Scope]:
    """The rows on the path to those of a scope, the nearest first."""
    while scope.link is not None and scope.link.around.model is not None:
        scope = scope.link.around
        yield scope


class Witnesses:
    """Puts witnesses into one condition on the rows of a scope. `used` are their scopes, by number.

    `choices` tell apart the texts that a condition can become.
    """

    def __init__(self, scope: Scope, rows: Sequence[Scope], remainders: Remainders) -> None:
        self.used: list[Scope] = []
        self.choices: list[Hashable] = []
        self._scope = scope
        self._rows = [row for row in rows if row.requirements]
        self._remainders = remainders
        self._sought = 0

    def shorten(self, condition: Q, *, is_nested: bool = False) -> Q:
        """The condition with a witness before each EXISTS that has one. Empty if it holds for every row.

        Not within a negation: there it would matter whether a part is false or unknown.
        """
        before = len(self.choices)
        found = self._shorten(condition, is_nested=is_nested) if self._rows else condition
        return found if len(self.choices) > before else condition

    def _shorten(self, condition: Q, *, is_nested: bool) -> Q:
        if isinstance(condition, Exists):
            return self._exists(condition, is_nested=is_nested)
        if isinstance(condition, Condition) or is_negated(condition):
            return condition
        parts = [self.shorten(child, is_nested=is_nested) for child in condition.children if child]
        if condition.join_type == Q.OR and not all(parts):
            return EVERY_ROW
        return Q(*filter(None, parts), join_type=condition.join_type)

    def _exists(self, sought: Exists, *, is_nested: bool) -> Q:
        self._sought += 1
        place = self._sought
        for row in self._rows:
            found = self._test(row, sought, place, is_nested=is_nested) if row.model is sought.model else None
            if found is not None:
                return found | sought if found else found
        return self._around_nested(sought)

    def _test(self, row: Scope, sought: Exists, place: int, *, is_nested: bool) -> Q | None:
        """The condition under which this row is the sought one. None if the path does not say that it can be."""
        ties = sought.columns if is_nested else {}
        if not is_nested and not all(self._is_tied(row, *tie) for tie in sought.columns.items()):
            return None
        left = self._remainders.remainder(row, sought)
        if left is None:
            return None
        if row not in self.used:
            self.used.append(row)
        number = self.used.index(row)
        self.choices.append((place, number, tuple(row.requirements)))
        return Meets(witness_alias(number), sought.model, left, ties) if left or ties else EVERY_ROW

    def _is_tied(self, row: Scope, column: str, tied_to: str | AtMost) -> bool:
        """Whether the path says that the column is equal."""
        return isinstance(tied_to, str) and self._scope.source(tied_to) == row.source(column)

    def _around_nested(self, sought: Exists) -> Q:
        """With witnesses for what its rows need. They are compared with the row that is found, not with the path."""
        kept, beside = list[Q](), list[Q]()
        for part in parts_of(sought.where):
            found = self.shorten(part, is_nested=True)
            (kept if found is part else beside).append(found)
        return Exists(sought.model, Q(*kept), *filter(None, beside), **sought.columns)


def witness_alias(number: int) -> str:
    """The table name of a witness in a cached text, until the rows are known."""
    return f"witness{number}"
