"""The mutation of the toy."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import strawberry
from strawberry import Info
from tortoise.transactions import in_transaction

from server.engine.declarations import MutationField
from tests.engine.toy.declared_fields import declare_field, decode
from tests.engine.toy.models import Author, Book, Note
from tests.engine.toy.policies import Denied, visible
from tests.engine.toy.types import AuthorType, Letter, NoteType, _LetterValue


class Refused(Exception):
    """The business says no."""


@strawberry.type
class Problem:
    message: str
    field: list[str] | None = None


@strawberry.input
class WriteNoteInput:
    id: strawberry.ID
    author_id: strawberry.ID
    text: str = "nothing"
    book_id: strawberry.ID | None = strawberry.UNSET


@strawberry.type
class Written:
    """One of several: a row, and a remark about it."""

    note: NoteType | None
    remark: str | None
    letters: list[Letter]


@strawberry.type
class WriteNotePayload:
    note: NoteType | None
    written: list[Written] | None
    author: AuthorType | None
    secret: str | None
    user_errors: list[Problem]


@dataclass
class Changed:
    values: Mapping[str, Any]
    user_errors: list[Problem]

    def __getattr__(self, name: str) -> Any:
        return self.values.get(name)


async def check_input(context: Any, input: Any) -> Any:
    if context.viewer is None:
        raise Denied("sign in")
    return input


async def change_note(context: Any, input: Any) -> Changed:
    _, author_id = decode(input.author_id, Author)
    note = await Note.create(
        id=decode(input.id, Note)[1],
        author_id=author_id,
        text=input.text,
        book_id=decode(input.book_id, Book)[1] if input.book_id else None,
    )
    if input.text == "forbidden":
        raise Refused("not this")
    if input.text == "broken":
        raise RuntimeError("a bug")
    author = await visible(Author, context.viewer).get_or_none(id=author_id)
    written = [_note_result(note, "new"), _note_result(None, input.text), _note_result(note, None)]
    return Changed({"note": note, "author": author, "secret": f"“{input.text}”", "written": written}, [])


def _note_result(note: Note | None, remark: str | None) -> Any:
    return SimpleNamespace(note=note, remark=remark, letters=[_LetterValue(sign, 0) for sign in remark or "!"])


def refuse_note(context: Any, error: Exception) -> Changed | None:
    return Changed({}, [Problem(message=str(error), field=["text"])]) if isinstance(error, Refused) else None


@asynccontextmanager
async def around_changes() -> AsyncIterator[None]:
    async with in_transaction():
        yield


async def _write_note(info: Info, input: WriteNoteInput) -> Any:
    await check_input(info.context, input)
    try:
        async with around_changes():
            return await change_note(info.context, input)
    except Refused as refused:
        return refuse_note(info.context, refused)


CHANGING = MutationField(check_input, change_note, refuse_note, around_changes)


@strawberry.type
class Mutation:
    write_note: WriteNotePayload = declare_field(CHANGING, _write_note)
