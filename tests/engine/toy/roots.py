"""The root fields of the toy."""

from collections.abc import Mapping
from typing import Any

import strawberry
from strawberry import Info

from server.engine.declarations import PLAN, ByAnyKey, ByFunction, ByKey, Relation, ViewerObject
from tests.engine.toy.declared_fields import _extension, declare_field, decode
from tests.engine.toy.lists import Connection, Shelf, shelf
from tests.engine.toy.models import Author
from tests.engine.toy.policies import Missing, StaffOnly, visible
from tests.engine.toy.types import AuthorType, BookType, Letter, NodeType, Thing, _LetterValue


async def _my_author(root: Any, info: Info) -> Any:
    return await visible(Author, root).get_or_none(id=root.own_id)


_my_author.__annotations__["root"] = strawberry.Parent[Any]


@strawberry.type
class Me:
    author: AuthorType | None = declare_field(Relation(Author, key=lambda run: run.viewer.own_id), _my_author)


async def _viewer(info: Info) -> Any:
    return info.context.viewer


def _missing() -> Exception:
    return Missing("no such row")


async def _row(info: Info, id: strawberry.ID) -> Any:
    model, key = decode(id)
    row = await visible(model, info.context.viewer).get_or_none(id=key)
    if row is None:
        raise _missing()
    return row


async def _author(info: Info, id: strawberry.ID) -> Any:
    decode(id, Author)
    return await _row(info, id)


async def _rows(info: Info, ids: list[strawberry.ID]) -> Any:
    found = [decode(id) for id in ids]
    return [await visible(model, info.context.viewer).get_or_none(id=key) for model, key in found]


def _one(given: Mapping[str, Any]) -> Any:
    model, key = decode(given["id"])
    return (model,), {"key": key, "model": model}


def _many(given: Mapping[str, Any]) -> Any:
    named = [decode(id) for id in given["ids"]]
    models = tuple(sorted({model for model, _ in named}, key=lambda model: model.__name__))
    return models, {"keys": [(model.__name__, key) for model, key in named], "models": [model for model, _ in named]}


def _key(given: Mapping[str, Any]) -> Any:
    return None, {"key": decode(given["id"], Author)[1]}


async def check_spelling(context: Any, given: Mapping[str, Any]) -> Mapping[str, Any]:
    if not StaffOnly().row_filter(context.viewer):
        raise StaffOnly().refusal(context.viewer)
    return given


async def spell(context: Any, given: Mapping[str, Any]) -> Any:
    if not given["word"]:
        raise Missing("no word")
    found = [_LetterValue(sign, place) for place, sign in enumerate(given["word"])]
    return found[: given["most"]] if given["most"] >= 0 else None


def by_function(type_: Any) -> Any:
    """A root that a function answers, for the staff."""

    async def resolve(info: Info, word: str, most: int = 3) -> Any:
        return await spell(info.context, {"word": word, "most": most})

    resolve.__annotations__["return"] = type_
    extensions = [_extension((StaffOnly(),), withheld=False)]
    return strawberry.field(resolver=resolve, metadata={PLAN: ByFunction(check_spelling, spell)}, extensions=extensions)


@strawberry.type
class Query:
    spelled: list[Letter] | None = by_function(list[Letter] | None)
    surely_spelled: list[Letter] = by_function(list[Letter])
    me: Me | None = declare_field(ViewerObject(), _viewer)
    node: NodeType | None = declare_field(ByAnyKey(_one, _missing), _row)
    nodes: list[NodeType | None] = declare_field(ByAnyKey(_many, _missing, many=True), _rows)
    thing: Thing | None = declare_field(ByAnyKey(_one, _missing), _row)  # type: ignore[valid-type]
    things: list[Thing | None] = declare_field(ByAnyKey(_many, _missing, many=True), _rows)  # type: ignore[valid-type]
    sure_things: list[Thing] = declare_field(ByAnyKey(_many, _missing, many=True), _rows)  # type: ignore[valid-type]
    author: AuthorType | None = declare_field(ByKey(Author, _key, _missing), _author)
    sure_author: AuthorType = declare_field(ByKey(Author, _key, _missing), _author)
    books: Connection[BookType] = shelf(Shelf())
    staff_books: Connection[BookType] | None = shelf(Shelf(), StaffOnly())
    sure_staff_books: Connection[BookType] = shelf(Shelf(), StaffOnly())
