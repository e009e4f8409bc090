"""Base classes of all models: ids, creation times and versions."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, cast
from uuid import UUID

from tortoise import fields
from tortoise.expressions import F
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model
from uuid_utils.compat import uuid7

from server.models.conditions import OneOf

EnumT = TypeVar("EnumT", bound=StrEnum)


def enum_column(enum: type[EnumT], *, max_length: int, **options: Any) -> EnumT:
    """A column with a value of the enum, typed as the value that a row returns, which Tortoise's own field is not."""
    return cast(EnumT, fields.CharEnumField(enum, max_length=max_length, **options))


def nullable_enum_column(enum: type[EnumT], *, max_length: int) -> EnumT | None:
    """The same for a nullable column."""
    return cast("EnumT | None", fields.CharEnumField(enum, max_length=max_length, null=True))


def new_id() -> UUID:
    """A UUIDv7: globally unique, and in the order of creation."""
    return uuid7()


class Row(Model):
    """A row with an id that is never reused, and its creation time."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    created_at: datetime = fields.DatetimeField(auto_now_add=True)

    class Meta:
        abstract = True


class VersionedRow(Row):
    """A row that people edit. `version` counts the edits."""

    updated_at: datetime = fields.DatetimeField(auto_now=True)
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        abstract = True


def check_points_to(model: type[Model], column: str, other: type[Model]) -> None:
    """Raise TypeError unless the column holds ids of the other model's rows."""
    key = cast("Any", model._meta.fields_map.get(column.removesuffix("_id")))
    if not isinstance(key, ForeignKeyFieldInstance) or str(key.model_name).rpartition(".")[2] != other.__name__:
        raise TypeError(f"{model.__name__} has no column {column} that points to {other.__name__}")


async def store_changes(row: VersionedRow, **columns: object) -> None:
    """Store these columns of one row, and increment its version."""
    row.update_from_dict({**columns, "version": row.version + 1})
    await row.save(update_fields=["version", "updated_at", *columns])


async def store_all(rows: Sequence[Any], now: datetime, **columns: Any) -> None:
    """The same of several rows of one model, in one statement."""
    if rows:
        model = cast("type[Any]", type(rows[0]))
        await model.filter(OneOf("id", [row.pk for row in rows])).update(
            **columns, version=F("version") + 1, updated_at=now
        )
    for row in rows:
        row.update_from_dict({**columns, "version": row.version + 1})
