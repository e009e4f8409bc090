"""Random conditions on the toy's rows: comparisons, negations, and EXISTS in one another, often of the same parts."""

from random import Random
from typing import Any, Final

from tortoise.expressions import Q
from tortoise.models import Model

from server.models.conditions import EVERY_ROW, Among, AtMost, Exists, TwoPartPolicy, equals
from tests.engine.toy import ADA, BOB, Author, Book, Loan, Note

ALIKE: Final[list[dict[type[Model], str]]] = [
    {Author: "id", Book: "author_id", Note: "author_id", Loan: "author_id"},
    {Book: "id", Note: "book_id", Loan: "book_id"},
]
"""Columns with the ids of the same rows, by model."""

_COLUMNS: Final[dict[type[Model], list[Q]]] = {
    Author: [Q(is_hidden=False), Q(has_notes=True), Q(motto__isnull=True), Among("id", [ADA, BOB])],
    Book: [Q(is_public=True), Q(is_signed=True), Q(pages=101), Q(is_public=True, pages=100), Among("author_id", [ADA])],
    Note: [Q(book_id__isnull=False), equals("author_id", ADA), Q(text="a"), Q(text="a") | Q(text="b")],
    Loan: [equals("author_id", BOB), Among("author_id", [ADA, BOB])],
}


class RandomConditions:
    """Conditions from few parts, so that some of them follow from others."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.pool = {model: list(parts) for model, parts in _COLUMNS.items()}
        for model in (*_COLUMNS, Book, Note):
            self.pool[model].append(self.sought(model, 2))

    def condition(self, model: type[Model], depth: int) -> Q:
        """One on the rows of a model."""
        kind = self.random.choice(
            ("part", "part", "and", "and", "or", "not", "exists", "exists") if depth else ("part",)
        )
        match kind:
            case "and":
                return self.condition(model, depth - 1) & self.condition(model, depth - 1)
            case "or":
                return self.condition(model, depth - 1) | self.condition(model, depth - 1)
            case "not":
                return ~self.condition(model, depth - 1)
            case "exists":
                return self.sought(model, depth)
            case _:
                return self.random.choice(self.pool[model])

    def requirement(self, model: type[Model]) -> Q:
        """One that several rows meet, so that something is left to compare."""
        parts = self.random.sample(self.pool[model], self.random.choice((0, 1, 2)))
        policy = TwoPartPolicy("author_id", lambda column: Among(column, [ADA]), Q(is_public=True))
        return Q(*parts) if parts or model is not Book else policy

    def sought(self, outer: type[Model], depth: int) -> Exists:
        """An EXISTS asked of the rows of `outer`, tied to them in one or two columns, or in none."""
        model = self.random.choice([Book, Book, Note, Author])
        ties: dict[str, Any] = {columns[model]: columns[outer] for columns in ALIKE if {model, outer} <= {*columns}}
        if self.random.random() < 0.5:
            ties = dict([self.random.choice([*ties.items()])]) if ties else ties
        if model is outer is Book and self.random.random() < 0.2:
            ties |= {"pages": AtMost("pages")}
        where = [self.condition(model, depth - 1) for _ in range(self.random.choice((0, 1, 2, 3)))] if depth else []
        return Exists(model, Q(*where) if where else EVERY_ROW, **ties)
