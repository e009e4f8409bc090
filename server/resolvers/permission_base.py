"""Base class of permissions, and `@allow`, by which a resolver says who may call it."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, ParamSpec, TypeVar

from strawberry import Info
from strawberry.permission import BasePermission
from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.errors import Denied, NotSignedIn
from server.domain.viewer import Viewer
from server.resolvers.context import Context, context_of

# `Any` below: sources are rows of whatever model, arguments of whatever type.

P = ParamSpec("P")
R = TypeVar("R")

ATTRIBUTE: Final = "__permissions__"


class Permission(BasePermission):
    """The base of all permission classes, with a sentence for the description and a directive for machines.

    They refuse by raising the error that says why.
    """

    sentence: str = ""
    directive: object = None

    @property
    def schema_directive(self) -> object:
        return self.directive

    async def has_permission(self, source: Any, info: Info[Any, Any], **kwargs: Any) -> bool:
        await self.check(context_of(info), source, kwargs)
        return True

    def bind(self, resolver: str, hints: Mapping[str, Any], path: tuple[str, ...]) -> "Permission":
        """The same for a resolver whose arguments have these annotations, and stand at this path of the field's.

        Raises TypeError, with what is wrong, for one that looks for an argument or a column that does not exist.
        """
        return self

    def check_source(self, model: type[Model] | None) -> None:
        """Raise TypeError for one that cannot guard a field of this model's type."""

    @abstractmethod
    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        """Raise the error that says why the viewer may not ask."""

    def row_filter(self, viewer: Viewer | None) -> Q | bool:
        """The rows of the source's type for which `check` raises nothing: a condition, all of them, or none.

        No rows by default, so that a permission meant for mutations never opens a field by accident.
        """
        return False

    def refusal(self, viewer: Viewer) -> Denied:
        """The error that `check` raises for a row outside `row_filter`."""
        return NotSignedIn()


def allow(*permissions: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare who may call a resolver."""

    def carry(resolver: Callable[P, R]) -> Callable[P, R]:
        setattr(resolver, ATTRIBUTE, permissions)
        return resolver

    return carry


def permissions_of(resolver: Callable[..., Awaitable[Any]]) -> tuple[Permission, ...]:
    """The permissions of a resolver. Raises TypeError for one that does not say who may call it."""
    permissions: tuple[Permission, ...] = getattr(resolver, ATTRIBUTE, ())
    if not permissions:
        raise TypeError(f"{resolver.__module__}.{resolver.__name__} does not say who may call it")
    return permissions
