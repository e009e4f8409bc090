"""Is a declaration that can never be planned refused when the server starts, with the reason?"""

from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from tortoise.expressions import Q

from server.engine.declarations import (
    ByFunction,
    ByKey,
    Column,
    Computed,
    Embedded,
    Guarded,
    Joined,
    Prefetch,
    Relation,
    Rows,
)
from server.engine.engine import Engine
from server.engine.errors import Undeclared
from server.models.conditions import AtMost
from server.schema.engine_host import new_engine
from tests.engine import toy as toys
from tests.engine.schemas import schema_with
from tests.engine.toy import Author, Book, Nobody, Note, declare_field


def refusal(name: str, annotation: Any, field: Any, model: Any = Author) -> str:
    with pytest.raises(Undeclared) as refused:
        toys.engine_of(schema_with(name, annotation, field, model))
    return str(refused.value)


def nothing(plan: Any) -> Any:
    return declare_field(plan, toys.resolver_of(lambda row: None))


@pytest.mark.parametrize("engine", [new_engine, lambda: toys.engine_of(toys.SCHEMA)], ids=["the product", "the toy"])
def test_a_schema_whose_declarations_hold_is_planned(engine: Callable[[], Engine]) -> None:
    assert isinstance(engine(), Engine)


@pytest.mark.parametrize(
    ("annotation", "plan"),
    [
        (toys.AuthorType | None, Relation(Nobody, "id")),
        (list[toys.AuthorType], Rows(Nobody, "id")),
        (toys.Connection[toys.BookType], toys.Paged(toys.Shelf(model=Nobody), toys.Shelf().read)),
        (toys.AuthorType | None, Guarded(Relation(Nobody, "id"), ())),
        (toys.AuthorType | None, ByKey(Nobody, lambda given: (None, {}), ValueError)),
    ],
    ids=["relation", "rows", "connection", "guarded", "by key"],
)
def test_rows_of_a_model_without_a_policy(annotation: Any, plan: Any) -> None:
    assert refusal("other", annotation, nothing(plan)) == "One.other: Nobody has no row policy"


def test_a_column_that_does_not_exist() -> None:
    assert refusal("nickname", str, strawberry.field()) == "One.nickname: Author has no column nickname"
    assert refusal("x", str, nothing(Column("y"))) == "One.x: Author has no column y"
    assert refusal("x", str, nothing(Guarded(Column("y"), ()))) == "One.x: Author has no column y"
    assert refusal("x", str, nothing(Computed(lambda context, row: "", ("y",)))) == "One.x: Author has no column y"


def test_a_column_of_an_embedded_object_that_does_not_exist() -> None:
    plan = Embedded({"street": Column("street"), "city": Column("town")})

    assert refusal("address", toys.Address, nothing(plan)) == "One.address.city: Author has no column town"


def test_facts_of_columns_that_do_not_exist() -> None:
    for facts in (
        Prefetch(Book, "writer_id", "id", lambda viewer: Q(), ("pages",)),
        Prefetch(Book, "author_id", "key", lambda viewer: Q(), ("pages",)),
        Prefetch(Book, "author_id", "id", lambda viewer: Q(), ("leaves",)),
        Prefetch(
            Book, "author_id", "id", lambda viewer: Q(), ("pages",), Prefetch(Book, "id", "nest", lambda v: Q(), ())
        ),
        Prefetch(
            Book, "author_id", "id", lambda viewer: Q(), ("pages",), Prefetch(Book, "nest", "id", lambda v: Q(), ())
        ),
    ):
        plan = Computed(lambda context, row: "", (), {"books": facts})
        assert " has no column " in refusal("x", str, nothing(plan))


def test_ties_and_joined_rows_of_columns_that_do_not_exist() -> None:
    def books(*, ties: Any = (), joined: Any = ()) -> Prefetch:
        return Prefetch(Book, "author_id", "id", lambda viewer: Q(), ("pages",), ties=ties, joined=joined)

    def note(column: str = "book_id", near: str = "id", name: str = "text", ties: Any = ()) -> Joined:
        return Joined(Note, column, near, lambda viewer: Q(), (name,), ties)

    for facts in (
        books(ties=(("leaves", "name"),)),
        books(ties=(("title", "nickname"),)),
        books(ties=(("printed_at", AtMost("born_at")),)),
        books(joined=(note(column="leaf_id"),)),
        books(joined=(note(near="key"),)),
        books(joined=(note(name="words"),)),
        books(joined=(note(ties=(("text", "nickname"),)),)),
    ):
        plan = Computed(lambda context, row: "", (), {"books": facts})
        assert " has no column " in refusal("x", str, nothing(plan))
    plan = Computed(lambda context, row: "", partial={"nickname": lambda viewer: Q(name="x")})
    assert refusal("x", str, nothing(plan)) == "One.x: Author has no column nickname"


def test_the_latest_of_what_is_not_asked_for_or_has_more_inside() -> None:
    for facts in (
        Prefetch(Book, "author_id", "id", lambda viewer: Q(), ("pages",), latest="title"),
        Prefetch(
            Book,
            "author_id",
            "id",
            lambda viewer: Q(),
            ("pages",),
            Prefetch(Book, "id", "id", lambda v: Q(), ("pages",)),
            latest="pages",
        ),
    ):
        plan = Computed(lambda context, row: "", (), {"books": facts})
        assert " `latest` must be one of the columns" in refusal("x", str, nothing(plan))


def test_an_enum_whose_values_differ_from_their_names() -> None:
    crooked = strawberry.enum(toys.Crooked, name="Crooked")

    reason = refusal("crooked", crooked, strawberry.field(), Book)

    assert reason.startswith("One.crooked: ")
    assert reason.endswith("declare it as computed")


def test_a_column_that_no_database_writes_as_graphql_does() -> None:
    reason = refusal("weight", float, strawberry.field(), Book)

    assert reason == "One.weight: the database cannot write a FloatField as GraphQL does"


def test_an_enum_in_a_field_that_is_not_one() -> None:
    reason = refusal("mood", str, strawberry.field())

    assert reason.startswith("One.mood: ")
    assert reason.endswith("declare it as computed")


def test_a_function_that_answers_for_a_row_or_with_resolvers() -> None:
    plan = ByFunction(toys.check_spelling, toys.spell)

    assert refusal("spelt", toys.Letter, nothing(plan)) == "One.spelt: ByFunction works only at the root"
