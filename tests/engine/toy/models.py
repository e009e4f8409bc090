"""The toy's tables: authors, their books, notes and loans."""

from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model


class Mood(StrEnum):
    GLAD = "GLAD"
    SAD = "SAD"


class Crooked(StrEnum):
    ONE = "one"


class Author(Model):
    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    name = fields.TextField()
    motto = fields.TextField(null=True)
    mood: Mood = fields.CharEnumField(Mood, max_length=8, default=Mood.GLAD)
    humour: Mood | None = fields.CharEnumField(Mood, max_length=8, null=True)
    tags: Any = fields.JSONField(default=list)
    born_on = fields.DateField(null=True)
    street = fields.TextField(default="Road 1")
    city = fields.TextField(null=True)
    is_hidden = fields.BooleanField(default=False)
    has_notes = fields.BooleanField(default=True)

    class Meta:
        table = "toy_author"


class Book(Model):
    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    author: Any = fields.ForeignKeyField("toy.Author", related_name="written")
    author_id: UUID
    title = fields.CharField(max_length=200)
    subtitle = fields.TextField(null=True)
    pages = fields.IntField(default=100)
    copies = fields.BigIntField(null=True)
    sold = fields.BigIntField(default=0)
    price = fields.DecimalField(max_digits=14, decimal_places=3, default=Decimal("9.500"))
    discount = fields.DecimalField(max_digits=14, decimal_places=3, null=True)
    printed_at = fields.DatetimeField()
    reviewed_on = fields.DateField(null=True)
    revised_at = fields.DatetimeField(null=True)
    is_public = fields.BooleanField(default=True)
    is_signed = fields.BooleanField(null=True)
    crooked: Crooked = fields.CharEnumField(Crooked, max_length=8, default=Crooked.ONE)
    weight = fields.FloatField(default=1.5)

    class Meta:
        table = "toy_book"


class Note(Model):
    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    author_id = fields.UUIDField()
    book_id = fields.UUIDField(null=True)
    text = fields.TextField()

    class Meta:
        table = "toy_note"


class Loan(Model):
    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    author_id = fields.UUIDField()
    book_id = fields.UUIDField()

    class Meta:
        table = "toy_loan"


class Renamed(Model):
    """A model whose column has another name in the database."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)
    label = fields.TextField(source_field="label_text", default="as stored")

    class Meta:
        table = "toy_renamed"


class Nobody(Model):
    """A model without a row policy."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid4)

    class Meta:
        table = "toy_nobody"
