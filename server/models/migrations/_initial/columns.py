"""Columns and tables as the first migration describes them: frozen, so that later changes do not affect it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, cast

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

# `Any` below: Tortoise's fields are typed as the values of their columns.
Unique = tuple[str, ...] | tuple[tuple[str, ...], str]
"""Columns that are unique together; with a condition, among the rows that meet it."""


class PartialIndex(Index):
    """An index of the rows that meet a condition."""

    def __init__(self, name: str, columns: Sequence[str], condition: str) -> None:
        super().__init__(fields=list(columns), name=name)
        self.extra = f" WHERE {condition}"


def table(
    model: str,
    name: str,
    columns: Mapping[str, Any],
    *,
    is_versioned: bool = False,
    indexes: Sequence[Sequence[str] | Index] = (),
    checks: Mapping[str, str] | None = None,
    uniques: Mapping[str, Unique] | None = None,
) -> list[ops.TortoiseOperation]:
    """A table with its constraints, each added after it: Tortoise leaves out those inside `CreateModel`."""
    for column, field in columns.items():
        if isinstance(field, ForeignKeyFieldInstance):
            field.source_field = f"{column}_id"
    options = {
        "table": name,
        "app": "models",
        "pk_attr": "id",
        "indexes": [index if isinstance(index, Index) else Index(fields=list(index)) for index in indexes],
    }
    rows = _versioned_row() if is_versioned else _row()
    return [
        ops.CreateModel(name=model, fields=[*{**rows, **columns}.items()], options=options),
        *(_check(model, *check) for check in (checks or {}).items()),
        *(_unique(model, *unique) for unique in (uniques or {}).items()),
    ]


def later_indexes(model: str, *columns: tuple[str, ...]) -> list[ops.AddIndex]:
    """Indexes made after those of the table's constraints: where two serve alike, SQLite looks at their order."""
    return [ops.AddIndex(model_name=model, index=Index(fields=list(names))) for names in columns]


def _row() -> dict[str, Any]:
    return {"id": fields.UUIDField(primary_key=True), "created_at": fields.DatetimeField(auto_now_add=True)}


def _versioned_row() -> dict[str, Any]:
    return _row() | {"updated_at": fields.DatetimeField(auto_now=True), "version": number(db_default=1)}


def _check(model: str, name: str, condition: str) -> ops.AddConstraint:
    return ops.AddConstraint(model_name=model, constraint=CheckConstraint(check=condition, name=name))


def _unique(model: str, name: str, unique: Unique) -> ops.AddConstraint:
    columns, condition = unique if isinstance(unique[0], tuple) else (unique, None)
    constraint = UniqueConstraint(fields=cast("tuple[str, ...]", columns), name=name, condition=cast("Any", condition))
    return ops.AddConstraint(model_name=model, constraint=constraint)


def text(length: int, **options: Any) -> Any:
    return fields.CharField(max_length=length, **options)


def long_text(**options: Any) -> Any:
    return fields.TextField(**options)


def flag(**options: Any) -> Any:
    return fields.BooleanField(**options)


def number(**options: Any) -> Any:
    return fields.IntField(**options)


def amount() -> Any:
    """Money in minor units."""
    return fields.BigIntField()


def timestamp(**options: Any) -> Any:
    return fields.DatetimeField(**options)


def day() -> Any:
    return fields.DateField()


def identifier() -> Any:
    return fields.UUIDField()


def document(**options: Any) -> Any:
    """JSON."""
    return cast("Any", fields).JSONField(**options)


def content() -> Any:
    return fields.BinaryField()


def enum(values: type[StrEnum], length: int, **options: Any) -> Any:
    """One of some values, which PostgreSQL lists in the column's comment."""
    return fields.CharEnumField(values, max_length=length, **options)


def reference(model: str, related_name: str, *, on_delete: OnDelete = OnDelete.RESTRICT, **options: Any) -> Any:
    """Another row's id, in the column of this name with `_id` after it."""
    return cast("Any", fields).ForeignKeyField(
        f"models.{model}", related_name=related_name, on_delete=on_delete, **options
    )
