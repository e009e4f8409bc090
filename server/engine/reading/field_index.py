"""The field index: the declaration of each field of a schema."""

from collections.abc import Iterator
from typing import Any, cast

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from tortoise.models import Model

from server.engine.declarations import PLAN, Column, Guarded, ViewerObject
from server.engine.reading.types import DEFINITION, named_type

# `Any` below: Strawberry's definitions are untyped.


class FieldIndex:
    """A schema and the declarations of its fields."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.viewer_types = set[str]()
        objects = [
            type_
            for type_ in schema.type_map.values()
            if isinstance(type_, GraphQLObjectType) and DEFINITION in type_.extensions
        ]
        self.types = {model: type_ for type_ in objects if (model := _model_bound_to(type_)) is not None}
        self._declarations: dict[tuple[str, str], Any] = {}
        for type_ in objects:
            for name, field in type_.fields.items():
                self._read(type_, name, field)

    def declaration(self, type_: GraphQLObjectType, name: str) -> Any:
        """The declaration of a field. None for one that only a resolver can answer."""
        return self._declarations.get((type_.name, name))

    def declared_fields(self) -> Iterator[tuple[GraphQLObjectType, str, Any]]:
        """Every field with a declaration, and the declaration."""
        for (type_name, name), declared in self._declarations.items():
            yield cast("GraphQLObjectType", self.schema.type_map[type_name]), name, declared

    def model(self, type_: GraphQLObjectType) -> type[Model] | None:
        """The model of which the type is the first view."""
        return _model_bound_to(type_)

    def _read(self, type_: GraphQLObjectType, name: str, field: GraphQLField) -> None:
        definition: Any = field.extensions.get(DEFINITION)
        if definition is None:
            return
        model = model_of(type_)
        declared = definition.metadata.get(PLAN)
        if declared is None and definition.base_resolver is None and model is not None:
            declared = Column(definition.python_name)
        if declared is None:
            return
        self._declarations[type_.name, name] = declared
        if isinstance(declared.inner if isinstance(declared, Guarded) else declared, ViewerObject):
            self.viewer_types.add(named_type(field.type).name)


def model_of(type_: GraphQLObjectType) -> type[Model] | None:
    """The model of which a type is a view: its attribute `model`."""
    definition: Any = type_.extensions.get(DEFINITION)
    return cast("type[Model] | None", getattr(definition.origin, "model", None)) if definition else None


def _model_bound_to(type_: GraphQLObjectType) -> type[Model] | None:
    """The model of a type, unless it is another view of its rows, such as an edge."""
    definition: Any = type_.extensions[DEFINITION]
    return None if getattr(definition.origin, "is_another_view", False) else model_of(type_)
