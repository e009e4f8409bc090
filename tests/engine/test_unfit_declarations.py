"""Is a declaration that does not fit its field refused, or answered as resolvers answer it?"""

import warnings
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
import strawberry
from strawberry import Info

from server.engine.declarations import (
    Column,
    Computed,
    Embedded,
    Guarded,
    Relation,
    Rows,
)
from server.engine.errors import Undeclared
from tests.engine import toy as toys
from tests.engine.schemas import answer_both_ways, schema_with
from tests.engine.toy import Author, Book, Note, Toy, ToySchema, declare_field, schema_of, visible

pytestmark = pytest.mark.postgres


# Declarations that do not fit


@pytest.mark.parametrize(
    ("name", "annotation", "model"),
    [
        ("pages", str, Book),
        ("pages", strawberry.ID, Book),
        ("pages", float, Book),
        ("pages", bool, Book),
        ("copies", float | None, Book),
        ("title", int, Book),
        ("title", bool, Book),
        ("is_public", str, Book),
        ("is_public", int, Book),
        ("printed_at", str, Book),
        ("price", float, Book),
        ("price", str, Book),
        ("printed_at", date, Book),
        ("born_on", datetime | None, Author),
        ("tags", str, Author),
        ("tags", list[int], Author),
        ("name", list[str], Author),
        ("mood", str, Author),
        ("id", UUID, Book),
        ("id", str, Book),
        ("name", "Shouted", Author),
    ],
    ids=str,
)
async def test_a_column_is_written_as_its_graphql_type_writes_it(
    toy: Toy, name: str, annotation: Any, model: Any
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if annotation == "Shouted":
            annotation = strawberry.scalar(type("Shouted", (str,), {}), name="Shouted", serialize=str.upper)
        schema = schema_with(name, annotation, strawberry.field(), model)
    written = "".join(part.capitalize() if place else part for place, part in enumerate(name.split("_")))

    planned, ordinary = await answer_both_ways(toy, schema, f"{{ one {{ {written} }} }}")

    assert planned in (None, ordinary)


async def test_a_computed_field_with_arguments_is_refused_or_receives_them(toy: Toy) -> None:
    def times(root: Any, times: int = 2) -> str:
        return root.name * times

    times.__annotations__["root"] = strawberry.Parent[Any]
    schema = schema_with("name", str, declare_field(Computed(lambda context, row: row.name * 2, ("name",)), times))

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { name(times: 3) } }")

    assert planned in (None, ordinary)


async def test_a_column_with_a_resolver_with_arguments_is_refused_or_receives_them(toy: Toy) -> None:
    def upper(root: Any, upper: bool = False) -> str:
        return root.name.upper() if upper else root.name

    upper.__annotations__["root"] = strawberry.Parent[Any]
    schema = schema_with("name", str, declare_field(Column("name"), upper))

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { name(upper: true) } }")

    assert planned in (None, ordinary)


@strawberry.type
class Resolving:
    """What a computed field gives, with a resolver of its own."""

    sign: str

    @strawberry.field
    def double(self, times: int = 2) -> str:
        return self.sign * times


async def test_an_object_of_a_computed_field_whose_type_has_resolvers_is_refused_or_resolved(toy: Toy) -> None:
    schema = schema_with("made", Resolving, toys.computed_field(lambda context, row: Resolving(sign=row.name), "name"))

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { made { sign double(times: 3) } } }")

    assert planned in (None, ordinary)


@strawberry.type
class Left:
    left: str


@strawberry.type
class Right:
    right: str


async def test_an_object_of_a_computed_field_whose_type_is_a_union_is_refused_or_resolved(toy: Toy) -> None:
    from typing import Annotated

    either = Annotated[Left | Right, strawberry.union("Either")]
    schema = schema_with("made", either, toys.computed_field(lambda context, row: Left(left=row.name), "name"))

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { made { __typename ... on Left { left } } } }")

    assert planned in (None, ordinary)


async def test_a_computed_field_by_a_coroutine_is_refused(toy: Toy) -> None:
    async def compute(context: Any, row: Any) -> str:
        return row.name

    async def resolve(root: Any, info: Info) -> Any:
        return await compute(info.context, root)

    resolve.__annotations__ = {"root": Any, "info": Info}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the coroutine that nobody waits for
        planned, ordinary = await answer_both_ways(
            toy, schema_with("name", str, declare_field(Computed(compute, ("name",)), resolve)), "{ one { name } }"
        )

    assert planned in (None, ordinary)


async def test_an_embedded_object_without_one_of_its_columns_is_refused(toy: Toy) -> None:
    field = declare_field(Embedded({"street": Column("street")}), toys.resolver_of(lambda row: row))

    planned, ordinary = await answer_both_ways(
        toy, schema_with("address", toys.Address, field), "{ one { address { street city } } }"
    )

    assert planned in (None, ordinary)


async def test_a_relation_to_an_interface_is_refused_or_resolved(toy: Toy) -> None:
    async def resolve(root: Any, info: Info) -> Any:
        return await visible(Author, info.context.viewer).get_or_none(id=root.author_id)

    resolve.__annotations__ = {"root": Any, "info": Info}
    field = declare_field(Relation(Author, "author_id"), resolve)
    schema = schema_with("author", toys.NodeType | None, field, Book)
    schema = schema_of(_query_of(schema), types=[toys.AuthorType])

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { author { __typename id } } }")

    assert planned in (None, ordinary)


def _query_of(schema: ToySchema) -> Any:
    return schema.query


async def test_a_relation_whose_model_is_not_that_of_its_type_is_refused(toy: Toy) -> None:
    async def resolve(root: Any, info: Info) -> Any:
        return None

    resolve.__annotations__ = {"root": Any, "info": Info}
    field = declare_field(Relation(Book, "author_id"), resolve)

    with pytest.raises(Undeclared):
        toy.with_schema(schema_with("author", toys.AuthorType | None, field, Book))


@pytest.mark.parametrize(
    "plan",
    [
        Relation(Author, "no_such_column"),
        Rows(Note, "no_such_column"),
        Guarded(Relation(Author, "no_such_column"), ()),
        toys.Paged(toys.Shelf(parent="no_such_column"), toys.Shelf().read),
        Rows(Book, through=toys.JoinTable(toys.Loan, "no_such_column", "book_id")),
        Rows(Book, through=toys.JoinTable(toys.Loan, "author_id", "no_such_column")),
        Rows(Note, "author_id", present="no_such_column"),
        Embedded({"street": Column("street"), "city": Column("city")}, present="no_such_column"),
    ],
    ids=lambda plan: type(plan).__name__,
)
def test_a_column_that_does_not_exist_is_refused_wherever_it_is_named(plan: Any) -> None:
    type_ = (
        toys.Address
        if isinstance(plan, Embedded)
        else list[toys.NoteType]
        if isinstance(plan, Rows)
        else toys.AuthorType
    )
    if isinstance(plan, toys.Paged):
        type_ = toys.Connection[toys.BookType]
    with pytest.raises(Undeclared, match="no_such_column"):
        toys.engine_of(schema_with("other", type_ | None, declare_field(plan, toys.resolver_of(lambda row: None))))
