"""What is declared of each field of a schema, and can all of it be planned?"""

from collections.abc import Mapping
from typing import Any, Final, cast

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
)
from tortoise import fields as columns
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from server.engine.declarations import (
    PLAN,
    ByAnyKey,
    ByKey,
    Column,
    Embedded,
    Facts,
    Followed,
    Guarded,
    Hole,
    Paged,
    Relation,
    Rows,
)
from server.engine.errors import Undeclared
from server.engine.selections import named_type

# `Any` below: Strawberry's and Tortoise's definitions are untyped.

_DEFINITION: Final = "strawberry-definition"
_WRITABLE: Final = (
    columns.CharField,
    columns.TextField,
    columns.IntField,
    columns.BigIntField,
    columns.SmallIntField,
    columns.BooleanField,
    columns.DatetimeField,
    columns.DateField,
    columns.DecimalField,
    columns.UUIDField,
    columns.JSONField,
)


_KEY: Final = columns.UUIDField()


class Bindings:
    """A schema and its declarations. Making one raises Undeclared for what can never be planned, with the reason.

    `policies` are the models that have a row policy.
    """

    def __init__(self, schema: GraphQLSchema, policies: Mapping[type[Model], Any]) -> None:
        self.schema = schema
        self.policies = policies
        self.types: dict[type[Model], GraphQLObjectType] = {}
        self._declarations: dict[tuple[str, str], Any] = {}
        for type_ in schema.type_map.values():
            if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
                self._read(type_)

    def declaration(self, type_: GraphQLObjectType, name: str) -> Any:
        """What is declared of a field; None for one that a resolver alone answers."""
        return self._declarations.get((type_.name, name))

    def model(self, type_: GraphQLObjectType) -> type[Model] | None:
        """The model whose rows the type is the first view of."""
        return model_of(type_) if type_ in self.types.values() else None

    def _read(self, type_: GraphQLObjectType) -> None:
        model = model_of(type_)
        if model is not None and is_bound(type_):
            self.types[model] = type_
        for name, field in type_.fields.items():
            definition: Any = field.extensions.get(_DEFINITION)
            if definition is None:
                continue
            declared = definition.metadata.get(PLAN)
            if declared is None and definition.base_resolver is None and model is not None:
                declared = Column(definition.python_name)
            if declared is not None:
                self._check(f"{type_.name}.{name}", model, declared, field)
                self._declarations[type_.name, name] = declared

    def _check(self, place: str, model: type[Model] | None, declared: Any, field: GraphQLField) -> None:
        match declared:
            case Column(name=name):
                self._check_column(place, model, name, _named(field))
            case Embedded(columns=inside):
                embedded = _named(field)
                for name, column in inside.items():
                    self._check_column(f"{place}.{name}", model, column.name, _named(embedded.fields[name]))
            case Guarded(inner=inner):
                self._check(place, model, inner, field)
            case Hole():
                self._check_hole(place, model, declared)
            case Paged(listing=listing):
                self._check_policy(place, listing.model)
            case Relation(model=other) | Rows(model=other) | Followed(model=other) | ByKey(model=other):
                self._check_policy(place, other)
            case ByAnyKey():
                for other in self.policies:
                    self._check_policy(place, other)
            case _:
                pass

    def _check_policy(self, place: str, model: type[Model]) -> None:
        if model not in self.policies:
            raise Undeclared(f"{place}: {model.__name__} has no row policy")

    def _check_column(self, place: str, model: type[Model] | None, name: str, type_: Any) -> None:
        field = _field(place, model, name)
        if not isinstance(field, _WRITABLE):
            kind = field.__class__.__name__
            raise Undeclared(f"{place}: a {kind} cannot be written by the database as GraphQL does")
        enum: Any = getattr(cast("Any", field), "enum_type", None)
        if enum is not None and not isinstance(type_, GraphQLEnumType):
            raise Undeclared(f"{place}: the column holds an enum, the field is a {type_.name}")
        if enum is not None and any(member.name != member.value for member in enum):
            raise Undeclared(f"{place}: values of {enum.__name__} differ from their names; declare a hole")

    def _check_hole(self, place: str, model: type[Model] | None, hole: Hole) -> None:
        for name in hole.columns:
            _field(place, model, name)
        for facts in hole.facts.values():
            _field(place, model, facts.outer)
            _check_facts(place, facts)


def _check_facts(place: str, facts: Facts) -> None:
    for name in (facts.column, *facts.columns):
        _field(place, facts.model, name)
    if facts.nested is not None:
        _field(place, facts.model, facts.nested.outer)
        _check_facts(place, facts.nested)


def _named(field: GraphQLField) -> Any:
    return named_type(field.type)


def _field(place: str, model: type[Model] | None, name: str) -> Any:
    meta: Any = model
    known: dict[str, Any] = meta._meta.fields_map if model is not None else {}
    if name in known:
        return known[name]
    if isinstance(known.get(name.removesuffix("_id")), ForeignKeyFieldInstance):
        return _KEY  # Tortoise adds the columns of foreign keys when it is connected
    raise Undeclared(f"{place}: {model.__name__ if model else 'no row'} has no column {name}")


def model_of(type_: GraphQLObjectType) -> type[Model] | None:
    """The model whose rows a type views: its attribute `model`."""
    definition: Any = type_.extensions.get(_DEFINITION)
    return cast("type[Model] | None", getattr(definition.origin, "model", None)) if definition else None


def is_bound(type_: GraphQLObjectType) -> bool:
    """Whether the type is the model's own, and not another view of its rows, such as an edge."""
    definition: Any = type_.extensions[_DEFINITION]
    return not getattr(definition.origin, "is_another_view", False)


def strawberry_field(field: GraphQLField) -> Any:
    """Strawberry's definition of a field."""
    return field.extensions[_DEFINITION]
