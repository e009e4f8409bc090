"""What did the engine once do otherwise than resolvers, or take as a declaration that it could not keep?"""

import asyncio
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import strawberry
from strawberry import Info
from tortoise.connection import get_connection

from server.engine.declarations import (
    PLAN,
    Column,
    Computed,
    Embedded,
    Guarded,
    MutationField,
    Relation,
    Rows,
)
from server.engine.errors import Undeclared
from tests.clients import Clients
from tests.engine import toy as toys
from tests.engine.both import Both, render_planned, render_resolved
from tests.engine.schemas import answer_both_ways, schema_with
from tests.engine.toy import Author, Book, Note, Toy, ToySchema, Visitor, declare_field, schema_of, taken_back, visible

pytestmark = pytest.mark.database

ADA = UUID(int=1)
AS_ADA = Visitor([ADA])


# Answers


async def test_several_changes_of_one_operation_run_one_after_the_other(toy: Toy) -> None:
    document = """mutation($a: WriteNoteInput!, $b: WriteNoteInput!) {
        a: writeNote(input: $a) { ...rest } b: writeNote(input: $b) { note { author { notes { id text } } } ...rest }
        b: writeNote(input: $b) { userErrors { field } } }
        fragment rest on WriteNotePayload { note { id } userErrors { message } }"""
    a = {"id": f"not_{UUID(int=9001).hex}", "authorId": toy.id("ada")}
    b = {"id": f"not_{UUID(int=9002).hex}", "authorId": toy.id("ada"), "bookId": None, "text": "two"}

    for first, second in (
        (a, b),
        (a | {"text": "forbidden"}, b),
        (a | {"text": "broken"}, b),
        (a, b | {"text": "broken"}),
    ):
        ordinary, planned = await toy.both_changes(document, {"a": first, "b": second}, AS_ADA)
        assert planned == ordinary


async def test_a_variable_of_a_directive_that_is_null_is_an_error_of_the_caller(toy: Toy) -> None:
    document = "query($yes: Boolean = true) { books { totalCount @include(if: $yes) } }"

    expected = await toy.by_resolvers(document, {"yes": None})
    result, _ = await toy.by_engine(document, {"yes": None})

    assert result is None or (result.data, toys.comparable_errors(result.errors)) == expected


async def test_a_missing_row_of_a_list_without_nulls_takes_the_list(toy: Toy) -> None:
    document = "query($ids: [ID!]!) { sureThings(ids: $ids) { __typename } }"

    found = await toy.errors(document, {"ids": [toy.id("ada"), toy.id("cal"), toy.id("bob")]})

    assert [error[0] for error in found] == [["sureThings", 1]]


async def test_a_decimal_has_as_many_digits_as_its_column(toy: Toy) -> None:
    async with taken_back():
        await get_connection("default").execute_query("UPDATE toy_book SET price = '9.5' WHERE title = 'book00'", [])
        found = await toy.ask('{ books(first: 1, filter: {title: "book00"}) { nodes { price } } }')

    assert found == {"books": {"nodes": [{"price": "9.500"}]}}


@pytest.mark.parametrize("tags", [["a, b"], ["a,  b", ", "], ['x", "y'], [], ["\\u0041 \x01!0\x03 é 🦊"]])
async def test_a_list_of_names_comes_back_as_it_is_stored(toy: Toy, tags: list[str]) -> None:
    async with taken_back():
        await Author.filter(id=ADA).update(tags=tags)
        found = await toy.ask("query($id: ID!) { author(id: $id) { tags } }", {"id": toy.id("ada")})

    assert found == {"author": {"tags": tags}}


async def test_a_column_with_another_name_in_the_database_is_read_or_refused(toy: Toy) -> None:
    schema = schema_with("label", str, strawberry.field(), toys.Renamed)

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { label } }")

    assert planned in (None, ordinary)


# Pages of which nothing is read


@pytest.mark.parametrize(
    "page",
    [
        "first: 2) { pageInfo { hasPreviousPage }",
        "first: 2) { pageInfo { __typename }",
        "last: 2) { pageInfo { hasNextPage }",
        "first: 2) { pageInfo { hasPreviousPage } totalCount",
        "first: 2) { __typename",
        "first: 2) { pageInfo { hasNextPage @skip(if: true) }",
        "first: 2) { nodes @skip(if: true) { id } __typename",
        'first: 2, filter: {title: "o"}) { __typename',
        'first: 2, filter: {title: "xyzzy"}) { pageInfo { hasPreviousPage }',
        'first: 2, filter: {title: "xyzzy", pages: {least: 3}}) { totalCount',
    ],
)
@pytest.mark.parametrize("name", ["ada", "text0"])
async def test_a_page_of_which_no_row_is_read(toy: Toy, name: str, page: str) -> None:
    found = await toy.ask(
        f"query($id: ID!) {{ author(id: $id) {{ name books({page} }} }} books({page} }} }}", {"id": toy.id(name)}
    )

    assert found["author"]["books"].keys() == found["books"].keys() != set()


@pytest.mark.parametrize(
    "document",
    [
        "{ partners { nodes { viewerRights } } }",
        "{ partners { nodes { viewerRights members { totalCount } } } }",
        "{ partners { nodes { members { totalCount } viewerRights } } }",
        "{ partners { nodes { viewerRole legalName customerPartnerships { nodes { viewerRights } } } } }",
        '{ catalogue(first: 1, filter: {search: "xyzzy"}) { pageInfo { hasPreviousPage } } }',
        '{ catalogue(first: 1, filter: {search: "xyzzy"}) { __typename } }',
        "{ partners(first: 1) { __typename } }",
    ],
)
@pytest.mark.parametrize("actor", ["AN", "pL"])
async def test_a_document_that_the_random_ones_found(both: Both, document: str, actor: str) -> None:
    ordinary = render_resolved(await both.by_resolvers(document, {}, actor))
    found, trace = await both.by_engine(document, {}, actor)

    if found is None:  # what is refused to nobody in particular is said by the resolver path
        assert (actor, "nobody is signed in" in str(trace.reason)) == ("AN", True)
    else:
        assert render_planned(found) == ordinary


async def test_a_null_for_a_directive_is_answered_over_http(clients: Clients) -> None:
    document = "query($yes: Boolean = true) { catalogue(first: 1) { totalCount @include(if: $yes) } }"

    answer = await clients.ask(document, {"yes": None})

    assert answer.status == 200


# Rights


@pytest.mark.parametrize("is_column", [True, False])
async def test_a_permission_class_that_the_declaration_does_not_name_is_not_passed_by(
    toy: Toy, *, is_column: bool
) -> None:
    """A field as Strawberry's users write it."""
    if is_column:
        field = strawberry.field(permission_classes=[_permission()])
        schema = schema_with("motto", str | None, field)
    else:
        field = strawberry.field(
            resolver=toys.resolver_of(lambda row: row.motto),
            permission_classes=[_permission()],
            metadata={PLAN: Column("motto")},
        )
        schema = schema_with("motto", str | None, field)

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { motto } }")

    assert planned in (None, ordinary)


def _permission() -> Any:
    from strawberry.permission import BasePermission

    class Nobody(BasePermission):
        message = "nobody"

        def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
            return False

    return Nobody


async def test_a_field_extension_that_the_declaration_does_not_name_is_not_passed_by(toy: Toy) -> None:
    from strawberry.extensions import FieldExtension

    class Veiled(FieldExtension):
        async def resolve_async(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
            return "veiled"

        def resolve(self, next_: Any, source: Any, info: Any, **kwargs: Any) -> Any:
            return "veiled"

    schema = schema_with("motto", str | None, strawberry.field(extensions=[Veiled()]))

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { motto } }")

    assert planned in (None, ordinary)


async def test_what_is_withheld_bubbles_where_it_must_not_be_null(toy: Toy) -> None:
    field = declare_field(Column("motto"), toys.resolver_of(lambda row: row.motto), toys.OwnRow("id"), withheld=True)

    planned, ordinary = await answer_both_ways(toy, schema_with("motto", str, field), "{ one { motto } }", Visitor())

    assert planned in (None, ordinary)


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


async def test_a_hole_with_arguments_is_refused_or_receives_them(toy: Toy) -> None:
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
    """What a hole gives, with a resolver of its own."""

    sign: str

    @strawberry.field
    def double(self, times: int = 2) -> str:
        return self.sign * times


async def test_an_object_of_a_hole_whose_type_has_resolvers_is_refused_or_resolved(toy: Toy) -> None:
    schema = schema_with("made", Resolving, toys.hole(lambda context, row: Resolving(sign=row.name), "name"))

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { made { sign double(times: 3) } } }")

    assert planned in (None, ordinary)


@strawberry.type
class Left:
    left: str


@strawberry.type
class Right:
    right: str


async def test_an_object_of_a_hole_whose_type_is_a_union_is_refused_or_resolved(toy: Toy) -> None:
    from typing import Annotated

    either = Annotated[Left | Right, strawberry.union("Either")]
    schema = schema_with("made", either, toys.hole(lambda context, row: Left(left=row.name), "name"))

    planned, ordinary = await answer_both_ways(toy, schema, "{ one { made { __typename ... on Left { left } } } }")

    assert planned in (None, ordinary)


async def test_a_coroutine_hole_is_refused(toy: Toy) -> None:
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


# Changes


class _Payload:
    def __init__(self, **values: Any) -> None:
        self.values: Mapping[str, Any] = values
        self.user_errors: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return self.values.get(name)


def _changing(payload: Callable[[], Any], annotations: dict[str, Any], nullable: bool = False) -> ToySchema:
    async def check(context: Any, input: Any) -> None:
        if input.text == "denied":
            raise toys.Denied("denied")

    async def run(context: Any, input: Any) -> Any:
        result = payload()
        return _Payload(**(await result if asyncio.iscoroutine(result) else result))

    async def resolve(info: Info, input: toys.WriteNoteInput) -> Any:
        await check(info.context, input)
        return await run(info.context, input)

    type_ = strawberry.type(type("Payload", (), {"__annotations__": annotations}))
    plan = MutationField(check, run, lambda context, error: None, toys.around_changes)
    mutation = strawberry.type(
        type(
            "Mutation",
            (),
            {
                "__annotations__": {"change": type_ | None if nullable else type_},
                "change": declare_field(plan, resolve),
            },
        )
    )
    return schema_of(toys.Query, mutation)


INPUT = '(input: {id: "not_1", authorId: "x"})'


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int | None, 3),
        (bool, True),
        (bool, False),
        (datetime, datetime(2024, 1, 1, tzinfo=UTC)),
        (Decimal, Decimal("1.50")),
        (toys.Mood, toys.Mood.SAD),
        (list[str], ["x", "y"]),
        (float, 1.0),
    ],
    ids=str,
)
async def test_a_payload_gives_values_of_every_type(toy: Toy, annotation: Any, value: Any) -> None:
    schema = _changing(lambda: {"value": value}, {"value": annotation})
    other = toy.with_schema(schema)

    ordinary, planned = await other.both_changes(f"mutation {{ change{INPUT} {{ value }} }}", {}, AS_ADA)

    assert planned == ordinary


async def test_a_payload_gives_a_list_of_rows(toy: Toy) -> None:
    async def rows() -> dict[str, Any]:
        return {"authors": [await Author.get(id=ADA)]}

    other = toy.with_schema(_changing(rows, {"authors": list[toys.AuthorType]}))
    document = f"mutation {{ change{INPUT} {{ authors {{ id name shout notes {{ id }} }} }} }}"

    async with taken_back():
        expected = await other.by_resolvers(document, {}, AS_ADA)
    async with taken_back():
        result, _ = await other.by_engine(document, {}, AS_ADA)

    assert result is None or (result.data, toys.comparable_errors(result.errors)) == expected


async def test_a_payload_gives_an_object_that_python_makes(toy: Toy) -> None:
    other = toy.with_schema(_changing(lambda: {"letter": toys.Letter(sign="x", place=1)}, {"letter": toys.Letter}))

    ordinary, planned = await other.both_changes(
        f"mutation {{ change{INPUT} {{ letter {{ sign place }} }} }}", {}, AS_ADA
    )

    assert planned == ordinary


async def test_a_payload_without_what_must_not_be_null_is_an_error(toy: Toy) -> None:
    other = toy.with_schema(_changing(lambda: {"author": None}, {"author": toys.AuthorType}))

    ordinary, planned = await other.both_changes(f"mutation {{ change{INPUT} {{ author {{ id }} }} }}", {}, AS_ADA)

    assert planned == ordinary


async def test_a_change_that_may_be_null_is_null_alone_when_it_is_denied(toy: Toy) -> None:
    other = toy.with_schema(_changing(lambda: {"value": "done"}, {"value": str}, nullable=True))
    denied = '(input: {id: "not_1", authorId: "x", text: "denied"})'
    document = f"mutation {{ a: change{denied} {{ value }} b: change{INPUT} {{ value }} }}"

    ordinary, planned = await other.both_changes(document, {}, AS_ADA)

    assert planned == ordinary


async def test_a_changed_row_that_its_visitor_does_not_see_is_answered_the_same_both_ways(toy: Toy) -> None:
    document = (
        """mutation($input: WriteNoteInput!) { writeNote(input: $input) { note { text } userErrors { message } } }"""
    )
    given = {"id": f"not_{UUID(int=9009).hex}", "authorId": toy.id("bob")}

    ordinary, planned = await toy.both_changes(document, {"input": given}, AS_ADA)

    assert planned == ordinary


def test_a_mutation_without_an_argument_input_is_refused() -> None:
    async def resolve(info: Info, id: strawberry.ID) -> Any:
        return None

    type_ = strawberry.type(type("Payload", (), {"__annotations__": {"value": str}}))
    plan = MutationField(toys.check_input, toys.change_note, toys.refuse_note, toys.around_changes)
    mutation = type("Mutation", (), {"__annotations__": {"change": type_}, "change": declare_field(plan, resolve)})

    with pytest.raises(Undeclared):
        toys.engine_of(schema_of(toys.Query, strawberry.type(mutation)))
