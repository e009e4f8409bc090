"""Start-up checks: a declaration that the planner could never honour stops the server and says why."""

import inspect
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLField, GraphQLList, GraphQLObjectType, is_leaf_type
from tortoise import fields
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from server.engine.declarations import (
    Aggregate,
    AggregateFunction,
    ByAnyKey,
    ByFunction,
    ByKey,
    Column,
    Computed,
    Embedded,
    Followed,
    Guarded,
    Joined,
    MutationField,
    Paged,
    Prefetch,
    Relation,
    Rows,
)
from server.engine.errors import Undeclared
from server.engine.reading.field_index import FieldIndex, model_of
from server.engine.reading.types import DEFINITION, is_plain, named_type, nullable, strawberry_field
from server.models.conditions import AtMost

# `Any` below: Strawberry's and Tortoise's definitions are untyped.

_KEY: Final = fields.UUIDField()
_WHOLE: Final = fields.BigIntField()
_MOMENT: Final = datetime(2024, 2, 29, 1, 2, 3, 4, UTC)
_WITH_ARGUMENTS: Final = (Aggregate, Paged, ByKey, ByAnyKey, ByFunction, MutationField)
_ASKING_THEMSELVES: Final = (Guarded, ByFunction, MutationField)
"""The extensions that hold the permission classes of a field."""

# Sample values of columns and their JSON in the database: the GraphQL type has to write the same.
_SAMPLES: Final[tuple[tuple[type, tuple[tuple[Any, Any], ...]], ...]] = (
    (fields.BooleanField, ((True, True), (False, False))),
    (fields.IntField, ((7, 7), (0, 0))),
    (fields.BigIntField, ((7, 7), (0, 0))),
    (fields.SmallIntField, ((7, 7), (0, 0))),
    (fields.DatetimeField, ((_MOMENT, "2024-02-29T01:02:03.000004Z"),)),
    (fields.DateField, ((date(2024, 2, 29), "2024-02-29"),)),
    (fields.DecimalField, ((Decimal("1.50"), "1.50"),)),
    (fields.UUIDField, ((UUID(int=1), str(UUID(int=1))),)),
    (fields.CharField, (('aÉ"\\1', 'aÉ"\\1'), ("", ""))),
    (fields.TextField, (('aÉ"\\1', 'aÉ"\\1'), ("", ""))),
)
_NUMBERS: Final = (fields.IntField, fields.BigIntField, fields.SmallIntField, fields.DecimalField)
_ORDERED: Final = (*_NUMBERS, fields.DateField, fields.DatetimeField)
"""Columns that both databases order alike: of text that depends on the collation."""
_MINOR_UNITS: Final = ((Decimal("1.50"), "1.50"),)
_LISTED: Final = (('a, "É', 'a, "É'),)


def check_declarations(field_index: FieldIndex, policies: Mapping[type[Model], Any]) -> None:
    """Raise Undeclared, with the reason, for the first declaration that can never be planned.

    `policies` are the models with a row policy.
    """
    checks = DeclarationChecks(field_index.types, policies)
    for type_, name, declared in field_index.declared_fields():
        checks.check(f"{type_.name}.{name}", model_of(type_), declared, type_.fields[name])


class DeclarationChecks:
    """Checks the declarations of a schema. `types` are the types of models, `policies` the models with a policy."""

    def __init__(self, types: Mapping[type[Model], GraphQLObjectType], policies: Mapping[type[Model], Any]) -> None:
        self.types = types
        self.policies = policies

    def check(self, place: str, model: type[Model] | None, declared: Any, field: GraphQLField) -> None:
        """Raise Undeclared, with the reason, for a declaration that does not fit its field."""
        definition: Any = field.extensions[DEFINITION]
        inner = declared.inner if isinstance(declared, Guarded) else declared
        if definition.extensions and not isinstance(declared, _ASKING_THEMSELVES):
            raise Undeclared(f"{place}: its permission classes and extensions are not declared to the engine")
        if field.args and not isinstance(inner, _WITH_ARGUMENTS):
            raise Undeclared(f"{place}: its declaration cannot read arguments")
        if isinstance(inner, MutationField) and set(field.args) != {"input"}:
            raise Undeclared(f"{place}: a mutation takes one argument, `input`")
        self._check(place, model, inner, field)

    def _check(self, place: str, model: type[Model] | None, declared: Any, field: GraphQLField) -> None:
        match declared:
            case Aggregate():
                self._check_aggregate(place, model, declared, field)
            case Column():
                check_column(place, model, declared, field)
            case Embedded():
                self._check_embedded(place, model, declared, field)
            case Computed():
                self._check_computed(place, model, declared, field)
            case Paged(listing=listing):
                self._check_policy(place, listing.model)
                if listing.parent is not None:
                    column_of(place, listing.model, listing.parent)
            case Relation(model=other, column=column, by=by):
                self._check_type(place, other, field)
                column_of(place, other, by)
                if column is not None:
                    column_of(place, model, column)
            case Followed(model=other, column=column):
                # The page's own rows are known where the list is declared.
                self._check_type(place, other, field)
            case Rows():
                self._check_rows(place, model, declared, field)
            case ByKey(model=other, column=column):
                self._check_type(place, other, field)
                column_of(place, other, column)
            case ByAnyKey():
                for other in self.types:
                    self._check_policy(place, other)
            case ByFunction():
                if model is not None:
                    raise Undeclared(f"{place}: ByFunction works only at the root")
                _check_plain(place, field)
            case _:
                pass  # nothing in the others depends on the field

    def _check_policy(self, place: str, model: type[Model]) -> None:
        if model not in self.policies:
            raise Undeclared(f"{place}: {model.__name__} has no row policy")

    def _check_type(self, place: str, model: type[Model], field: GraphQLField) -> None:
        """Check that the field returns the type of this model, and that the model has a row policy."""
        self._check_policy(place, model)
        definition: Any = named_type(field.type).extensions.get(DEFINITION)
        if (
            not isinstance(named_type(field.type), GraphQLObjectType)
            or getattr(definition.origin, "model", None) is not model
        ):
            raise Undeclared(f"{place}: {named_type(field.type).name} is not the type of {model.__name__}")

    def _check_rows(self, place: str, model: type[Model] | None, declared: Rows, field: GraphQLField) -> None:
        if declared.present is not None:
            column_of(place, model, declared.present)
        if declared.through is not None:
            column_of(place, declared.through.model, declared.through.near)
            column_of(place, declared.through.model, declared.through.far)
        elif declared.parent is None:
            raise Undeclared(f"{place}: name a parent column or a join table")
        else:
            column_of(place, declared.model, declared.parent)
        self._check_type(place, declared.model, field)

    def _check_aggregate(self, place: str, model: type[Model] | None, declared: Aggregate, field: GraphQLField) -> None:
        self._check_policy(place, declared.model)
        column_of(place, model, "id")
        column_of(place, declared.model, declared.parent)
        column = column_of(place, declared.model, declared.column)
        arguments = {argument.python_name for argument in strawberry_field(field).arguments}
        if arguments != set(declared.filters):
            raise Undeclared(f"{place}: its arguments differ from its filters")
        _check_function(place, declared.function, column, field)
        whole = declared.function is AggregateFunction.COUNT
        for value, written in _samples(
            place, _WHOLE if whole else column, named_type(field.type), is_minor_units=declared.is_minor_units
        ):
            if not _writes(named_type(field.type), value, written):
                raise Undeclared(f"{place}: {field.type} writes {value!r} differently from the database")

    def _check_embedded(self, place: str, model: type[Model] | None, declared: Embedded, field: GraphQLField) -> None:
        inside: Mapping[str, GraphQLField] = named_type(field.type).fields
        if missing := set(inside) - set(declared.columns):
            raise Undeclared(f"{place}: name a column for {sorted(missing)}")
        for name, column in declared.columns.items():
            check_column(f"{place}.{name}", model, column, inside[name])
        if declared.present is not None:
            column_of(place, model, declared.present)

    def _check_computed(self, place: str, model: type[Model] | None, computed: Computed, field: GraphQLField) -> None:
        if inspect.iscoroutinefunction(computed.compute):
            raise Undeclared(f"{place}: a coroutine cannot compute a value")
        _check_plain(place, field)
        for name in (*computed.columns, *computed.partial):
            column_of(place, model, name)
        for prefetch in computed.prefetch.values():
            column_of(place, model, prefetch.outer)
            _check_prefetch(place, prefetch, model)


def check_column(place: str, model: type[Model] | None, declared: Column, field: GraphQLField) -> None:
    """Check that the database writes the column as the field's type does."""
    column = column_of(place, model, declared.name)
    type_ = cast("Any", field.type)
    inside = nullable(type_)
    is_list = isinstance(inside, GraphQLList)
    leaf = named_type(type_)
    if not is_leaf_type(leaf) or is_list is not isinstance(column, fields.JSONField):
        raise Undeclared(f"{place}: a {type(column).__name__} is not of the type {type_}")
    enum: Any = getattr(column, "enum_type", None)
    if enum is not None and any(member.name != member.value for member in enum):
        raise Undeclared(f"{place}: values of {enum.__name__} differ from their names; declare it as computed")
    for value, written in _samples(place, column, leaf, is_minor_units=declared.is_minor_units):
        if not _writes(leaf, value, written):
            raise Undeclared(f"{place}: {leaf} writes {value!r} differently from the database; declare it as computed")


def _check_function(place: str, function: AggregateFunction, column: Any, field: GraphQLField) -> None:
    kind = cast("type[Any]", type(column))
    fit = {AggregateFunction.SUM: _NUMBERS, AggregateFunction.MAX: _ORDERED}.get(function)
    if fit is not None and (not issubclass(kind, fit) or getattr(column, "enum_type", None) is not None):
        raise Undeclared(f"{place}: a {kind.__name__} has no {function}")
    if function is AggregateFunction.MAX and nullable(field.type) is not field.type:
        raise Undeclared(f"{place}: the maximum of no rows is null, which {field.type} does not allow")


def _samples(place: str, column: Any, leaf: Any, *, is_minor_units: bool) -> tuple[tuple[Any, Any], ...]:
    if is_minor_units:
        return _MINOR_UNITS
    enum: Any = getattr(column, "enum_type", None)
    if enum is not None:
        return tuple((member, member.value) for member in enum)
    if isinstance(column, fields.JSONField):
        return tuple((value.value, name) for name, value in leaf.values.items()) if _is_enum(leaf) else _LISTED
    for kind, samples in _SAMPLES:
        if isinstance(column, kind):
            return samples
    raise Undeclared(f"{place}: the database cannot write a {type(column).__name__} as GraphQL does")


def _writes(leaf: Any, value: Any, written: Any) -> bool:
    try:
        found = leaf.serialize(value)
    except Exception:  # noqa: BLE001 - whatever a scalar says of a value that is not its own
        return False
    return type(found) is type(written) and found == written


def _is_enum(leaf: Any) -> bool:
    return isinstance(leaf, GraphQLEnumType)


def _check_plain(place: str, field: GraphQLField) -> None:
    if not is_plain(named_type(field.type)):
        raise Undeclared(f"{place}: {named_type(field.type).name} has resolvers, or several types")


def _check_prefetch(place: str, prefetch: Prefetch, row: type[Model] | None) -> None:
    for name in (prefetch.column, *prefetch.columns):
        column_of(place, prefetch.model, name)
    _check_ties(place, prefetch, row)
    for joined in prefetch.joined:
        column_of(place, prefetch.model, joined.near)
        for name in (joined.column, *joined.columns):
            column_of(place, joined.model, name)
        _check_ties(place, joined, row)
    if prefetch.latest is not None and (prefetch.latest not in prefetch.columns or prefetch.nested or prefetch.joined):
        raise Undeclared(f"{place}: `latest` must be one of the columns, with nothing nested")
    if prefetch.nested is not None:
        column_of(place, prefetch.model, prefetch.nested.outer)
        _check_prefetch(place, prefetch.nested, prefetch.model)


def _check_ties(place: str, tied: Prefetch | Joined, row: type[Model] | None) -> None:
    for name, tied_to in tied.ties:
        column_of(place, tied.model, name)
        column_of(place, row, tied_to.column if isinstance(tied_to, AtMost) else tied_to)


def column_of(place: str, model: type[Model] | None, name: str) -> Any:
    """Tortoise's field of a column. Raises Undeclared if there is none, or if its name in the database differs."""
    meta: Any = model
    known: dict[str, Any] = meta._meta.fields_map if model is not None else {}
    if name in known:
        if known[name].source_field not in (None, name):
            raise Undeclared(f"{place}: {name} has another name in the database")
        return known[name]
    if isinstance(known.get(name.removesuffix("_id")), ForeignKeyFieldInstance):
        return _KEY  # Tortoise adds the columns of foreign keys when it is connected
    raise Undeclared(f"{place}: {model.__name__ if model else 'no row'} has no column {name}")
