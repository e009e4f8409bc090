"""Questions: rows that are asked for together, in one statement.

Tortoise and pypika take longer to build a statement than the database takes to run it. The text is built once for the
keys of the questions; everything else is a parameter. A row costs a fraction of what Tortoise needs to build it.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Final, Generic, TypeVar, cast
from uuid import UUID

import orjson
from pypika_tortoise.terms import Parameterizer
from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.fields import BinaryField
from tortoise.models import Model
from tortoise.queryset import QuerySet

from server.models.conditions import OneOf, equals
from server.models.terms import BoundParameter, as_json

# `Any` below: Tortoise's query internals are untyped.

ModelT = TypeVar("ModelT", bound=Model)
_MAX_STATEMENTS: Final = 1_000


@dataclass(frozen=True)
class Question(Generic[ModelT]):
    """Rows of a model.

    Two questions with the same `key` have the same text, which `build` gives. `run` is what its bound parameters are
    read from.
    """

    model: type[ModelT]
    key: Hashable
    build: Callable[[], QuerySet[ModelT]]
    run: Any


class BindingParameterizer(Parameterizer):
    """Leaves constants of the code in the text; everything else is a parameter, whether it is bound now or later."""

    def should_parameterize(self, value: Any) -> bool:
        return not isinstance(value, (str, bool, int))


def rows_where(model: type[ModelT], **columns: Any) -> Question[ModelT]:
    """The rows in which these columns have these values, in no order.

    A list of ids means any of them, and None that the column is empty. A value of an enum stays in the text. For
    example, `rows_where(ProductAccess, product_id=id, revoked_at=None)`.
    """
    kinds = tuple((name, _kind(value)) for name, value in columns.items())
    return Question(model, kinds, lambda: model.filter(*(_condition(*one) for one in kinds)), columns)


def _kind(value: Any) -> Any:
    """What of a value is in the text: the type of its parameter, or a constant."""
    if value is None or isinstance(value, Enum):
        return value
    if isinstance(value, UUID):
        return "uuid"
    return "text" if isinstance(value, str) else "uuid[]"


def _condition(name: str, kind: Any) -> Q:
    if kind is None or isinstance(kind, Enum):
        constant: dict[str, Any] = {f"{name}__isnull": True} if kind is None else {name: kind}
        return Q(**constant)
    parameter = BoundParameter(name, kind, lambda run: run[name])
    return OneOf(name, parameter) if kind == "uuid[]" else equals(name, parameter)


async def ask_one(question: Question[ModelT]) -> list[ModelT]:
    """The rows of one question."""
    return (await ask(question))[0]


async def ask(*questions: Question[Any]) -> list[list[Any]]:
    """The rows of each question, from one statement: all answers are from the same time."""
    keys = tuple((question.model, question.key) for question in questions)
    statement = _statements.get(keys) or _write(keys, questions)
    connection: Any = get_connection("default")
    found = await connection.fetch_kept(statement.sql, statement.arguments(questions))
    return [[read(values) for values in _values(rows)] for rows, read in zip(found, statement.readers, strict=True)]


def _values(rows: Any) -> Sequence[Sequence[Any]]:
    """PostgreSQL's records, or SQLite's text of JSON."""
    return orjson.loads(rows) if isinstance(rows, str) else rows


@dataclass(frozen=True)
class _Statement:
    """The text, what each of its parameters is read from (by question), and how rows become models."""

    sql: str
    parameters: tuple[tuple[int, Any], ...]
    readers: tuple[Callable[[Sequence[Any]], Any], ...]
    to_argument: Callable[[Any, Any], Any]

    def arguments(self, questions: Sequence[Question[Any]]) -> list[Any]:
        return [self.to_argument(value, questions[number].run) for number, value in self.parameters]


_statements: Final = dict[Hashable, _Statement]()


def _write(keys: Hashable, questions: Sequence[Question[Any]]) -> _Statement:
    if len(_statements) >= _MAX_STATEMENTS:
        _statements.clear()
    parameterizer, owners, parts = BindingParameterizer(), list[int](), list[str]()
    values = cast("list[Any]", parameterizer.values)
    for number, question in enumerate(questions):
        text = render_statement(question.build(), parameterizer)
        owners += [number] * (len(values) - len(owners))
        parts.append(_as_list(text, question.model))
    parameters = tuple(zip(owners, values, strict=True))
    readers = tuple(reader_of(question.model) for question in questions)
    statement = _Statement(f"SELECT {', '.join(parts)}", parameters, readers, _argument_writer())
    _statements[keys] = statement
    return statement


def _as_list(rows: str, model: type[Model]) -> str:
    """The expression that gives all rows of a statement as one value."""
    if _is_sqlite():
        columns = ", ".join(_json_value(model, column) for column, _, _ in _columns(model))
        return f"(SELECT json_group_array(json_array({columns})) FROM ({rows}) q)"  # noqa: S608 - columns, no value
    columns = ", ".join(f'q."{column}"' for column, _, _ in _columns(model))
    return f"ARRAY(SELECT ROW({columns}) FROM ({rows}) q)"  # noqa: S608 - as above


def _json_value(model: type[Model], column: str) -> str:
    """A column as JSON takes it: bytes as hexadecimal digits."""
    return f'hex(q."{column}")' if _is_binary(model, column) else f'q."{column}"'


def _is_binary(model: type[Model], column: str) -> bool:
    meta: Any = model._meta
    return isinstance(meta.fields_map[meta.fields_db_projection_reverse[column]], BinaryField)


def render_statement(rows: Any, parameters: BindingParameterizer) -> str:
    """The text of the statement that finds these rows. Its values are added to `parameters`."""
    rows._choose_db_if_not_chosen()
    rows._make_query()
    return rows.query.get_sql(rows.query.QUERY_CLS.SQL_CONTEXT.copy(parameterizer=parameters))


def _is_sqlite() -> bool:
    connection: Any = get_connection("default")
    return connection.capabilities.dialect == "sqlite"


def arguments_of(values: Sequence[Any], run: Any) -> list[Any]:
    """The values of a statement's parameters, as the database takes them."""
    to_argument = _argument_writer()
    return [to_argument(value, run) for value in values]


def _argument_writer() -> Callable[[Any, Any], Any]:
    return _sqlite_argument if _is_sqlite() else _postgres_argument


def _postgres_argument(value: Any, run: Any) -> Any:
    if not isinstance(value, BoundParameter):
        return value
    read = value.read(run)
    return list(read) if value.kind == "uuid[]" else read


def _sqlite_argument(value: Any, run: Any) -> Any:
    if not isinstance(value, BoundParameter):
        return value
    read = value.read(run)
    return as_json(read) if value.kind == "uuid[]" else str(read)


# Rows from the database


def _columns(model: type[Model]) -> list[tuple[str, str, Callable[[Any], Any] | None]]:
    """Each column, its attribute, and what converts its value. None: the driver has done so."""
    meta: Any = model._meta
    found: list[Any] = [(column, name, None) for column, name, _ in meta.db_native_fields]
    found += [(column, name, _or_none(field.field_type)) for column, name, field in meta.db_default_fields]
    found += [(column, name, field.to_python_value) for column, name, field in meta.db_complex_fields]
    if not _is_sqlite():
        return found
    return [(column, name, bytes.fromhex if _is_binary(model, column) else convert) for column, name, convert in found]


def _or_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


@cache
def reader_of(model: type[ModelT]) -> Callable[[Sequence[Any]], ModelT]:
    """The function that builds a row of this model from its columns' values, in the order of `_columns`."""
    names = [name for _, name, _ in _columns(model)]
    conversions = [(name, convert) for _, name, convert in _columns(model) if convert is not None]
    meta: Any = model._meta
    state = {
        "_partial": False,
        "_saved_in_db": True,
        "_custom_generated_pk": meta.db_pk_column not in meta.generated_db_fields,
    }

    def read(values: Sequence[Any]) -> ModelT:
        row = model.__new__(model)
        attributes = cast("dict[str, Any]", row.__dict__)
        attributes.update(state, _await_when_save={})
        attributes.update(zip(names, values, strict=True))
        for name, convert in conversions:
            attributes[name] = convert(attributes[name])
        return row

    return read
