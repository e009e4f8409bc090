"""The interface Node: what every object with an id has in common."""

from typing import Any, ClassVar

import strawberry
from tortoise.models import Model

from server.engine.declarations import Key
from server.resolvers import ids
from server.schema.fields import computed


@strawberry.interface(description="An object with a globally unique id.")
class Node:
    """A view of a row of `model`. Resolvers return the row itself."""

    model: ClassVar[type[Model]]

    id: strawberry.ID = computed(Key(ids.PREFIXES), "The globally unique id of this object. Opaque, and never reused.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        return isinstance(value, cls.model)
