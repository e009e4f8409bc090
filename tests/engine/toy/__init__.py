"""A library of books, on which the engine is tested as a library: nothing here is of the programme.

Three types on three models, an interface and a union over them, row policies, guards, computed fields, aggregates, pages
and a mutation. Every field has a resolver as well as its declaration, so each answer can be had both ways.
"""

from server.engine.declarations import JoinTable, Paged
from tests.engine.toy.answers import PAGE, Toy, comparable_errors, of_author, taken_back
from tests.engine.toy.declared_fields import computed_field, declare_field, encode
from tests.engine.toy.host import ToySchema, engine_of, schema_of
from tests.engine.toy.lists import Connection, Shelf, resolver_of
from tests.engine.toy.models import Author, Book, Crooked, Loan, Mood, Nobody, Note, Renamed
from tests.engine.toy.mutations import Mutation, WriteNoteInput, around_changes, change_note, check_input, refuse_note
from tests.engine.toy.policies import (
    ADA,
    AS_ADA,
    AS_CAL,
    BOB,
    CAL,
    STAFF,
    VISITORS,
    Denied,
    Missing,
    OwnRow,
    Visitor,
    visible,
)
from tests.engine.toy.roots import Query, check_spelling, spell
from tests.engine.toy.rows import HOSTILE_TEXTS, fill
from tests.engine.toy.types import Address, AuthorType, BookType, Letter, NodeType, NoteType

SCHEMA = schema_of(Query, Mutation)
APPS = {"toy": {"models": ["tests.engine.toy.models"], "default_connection": "default"}}

__all__ = [
    "ADA",
    "APPS",
    "AS_ADA",
    "AS_CAL",
    "BOB",
    "CAL",
    "HOSTILE_TEXTS",
    "PAGE",
    "SCHEMA",
    "STAFF",
    "VISITORS",
    "Address",
    "Author",
    "AuthorType",
    "Book",
    "BookType",
    "Connection",
    "Crooked",
    "Denied",
    "JoinTable",
    "Letter",
    "Loan",
    "Missing",
    "Mood",
    "Nobody",
    "NodeType",
    "Note",
    "NoteType",
    "OwnRow",
    "Paged",
    "Query",
    "Renamed",
    "Shelf",
    "Toy",
    "ToySchema",
    "Visitor",
    "WriteNoteInput",
    "around_changes",
    "change_note",
    "check_input",
    "check_spelling",
    "comparable_errors",
    "computed_field",
    "declare_field",
    "encode",
    "engine_of",
    "fill",
    "of_author",
    "refuse_note",
    "resolver_of",
    "schema_of",
    "spell",
    "taken_back",
    "visible",
]
