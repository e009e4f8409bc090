"""Who may ask this at all?

Permission classes, carried by the resolver they guard. Each is printed in the SDL as a directive
and in the field's description. A resolver without one does not load.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final, ParamSpec, TypeVar

from strawberry import Info
from strawberry.permission import BasePermission
from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.errors import Denied, NotFound, NotSignedIn, RightMissing, SudoRequired
from server.domain.rights import Right
from server.domain.viewer import Viewer
from server.models import CustomerInvitation, Organisation, Partnership, Product, User
from server.models.visibility.right_filters import holds_on_organisation, holds_on_partnership
from server.resolvers import ids
from server.resolvers.context import Context, context_of
from server.resolvers.denial_messages import FOR_PEOPLE, beyond_the_credential, beyond_the_token
from server.resolvers.directives import (
    PersonOnlyDirective,
    PublicDirective,
    SignedInDirective,
    StaffOnlyDirective,
    SudoDirective,
    VisibleRowsDirective,
    requires,
)
from server.resolvers.viewer_rights import rights_on_organisation, rights_on_partnership, rights_on_product

P = ParamSpec("P")
R = TypeVar("R")

ATTRIBUTE: Final = "__permissions__"


class Permission(BasePermission):
    """What all permission classes share: a sentence for the description, a directive for machines.

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

    @abstractmethod
    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        """Raise what says why somebody may not ask."""

    def row_filter(self, viewer: Viewer | None) -> Q | bool:
        """Of the rows of the source's type: those for which `check` raises nothing; all of them, or none.

        None for a class that does not say so: what only guards mutations guards no field by mistake.
        """
        return False

    def refusal(self, viewer: Viewer) -> Denied:
        """What `check` raises where the row is not let through by `row_filter`."""
        return NotSignedIn()


class Public(Permission):
    """Everybody may ask."""

    sentence = "No authentication required."
    directive: ClassVar[object] = PublicDirective()

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        pass

    def row_filter(self, viewer: Viewer | None) -> bool:
        return True


class SignedIn(Permission):
    """Whoever is signed in, or sends an API token, may ask."""

    sentence = "Requires authentication."
    directive: ClassVar[object] = SignedInDirective()

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        _ = context.signed_in

    def row_filter(self, viewer: Viewer | None) -> bool:
        return viewer is not None


class VisibleRows(Permission):
    """Whoever sees the object may ask for what belongs to it; what of that they see is decided row by row."""

    sentence = "Only rows visible to you are returned."
    directive: ClassVar[object] = VisibleRowsDirective()

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        pass

    def row_filter(self, viewer: Viewer | None) -> bool:
        return True


class PersonOnly(Permission):
    """Only a signed-in person may ask, no token."""

    directive: ClassVar[object] = PersonOnlyDirective()

    def __init__(self, right: Right) -> None:
        self.right = right

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        if context.signed_in.token is not None:
            raise beyond_the_token(self.right)

    def row_filter(self, viewer: Viewer | None) -> bool:
        return viewer is not None and viewer.token is None

    def refusal(self, viewer: Viewer) -> Denied:
        return beyond_the_token(self.right)


class NotByToken(Permission):
    """Everybody may ask, signed in or not, but for programs: this is about who somebody is."""

    sentence = "No authentication required."
    directive: ClassVar[object] = PersonOnlyDirective()

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        if context.viewer is not None and context.viewer.token is not None:
            raise Denied(FOR_PEOPLE)


class Sudo(Permission):
    """Only somebody who typed their password recently may ask. A token never may."""

    sentence = "You must have entered your password recently."
    directive: ClassVar[object] = SudoDirective()

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        within = timedelta(minutes=context.settings.sudo_minutes)
        if not context.signed_in.has_confirmed_password(context.now, within):
            raise SudoRequired


class StaffOnly(Permission):
    """Only a person of the programme's staff may ask. It is looked up each time: it is nothing that is kept."""

    sentence = "For the programme's staff only; each use is logged with its reason."
    directive: ClassVar[object] = StaffOnlyDirective()

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        viewer = context.signed_in
        if viewer.token is not None:
            raise beyond_the_token(Right.ADMINISTER_PROGRAMME)
        if not await User.filter(id=viewer.user_id, is_staff=True).exists():
            raise RightMissing(Right.ADMINISTER_PROGRAMME)


_HELD_ON: Final[Mapping[type[Model], Callable[[Viewer, Right], Q]]] = {
    Organisation: holds_on_organisation,
    Partnership: holds_on_partnership,
}


class RightOn(Permission):
    """Only who holds `right` may ask: on the object itself, or on the one that the argument `at` names.

    `through` is the type of the object that `at` names where that only belongs to it.
    An object that the viewer does not see is NOT_FOUND, a right that is missing FORBIDDEN.
    Which role, access type and scope a right needs is said in `domain/rights.py` alone.
    """

    def __init__(
        self,
        right: Right,
        model: type[Organisation] | type[Partnership] | type[Product],
        at: str | None = None,
        through: type[Model] | None = None,
    ) -> None:
        self.right = right
        self.model = model
        self.at = at
        self.through = through
        self.sentence = f"Requires the right `{right}`."
        self.directive = requires(right)

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        viewer = context.signed_in
        if not viewer.may_use(self.right):
            raise self.refusal(viewer)
        row = source if self.at is None else await self._named(context, arguments)
        if self.right not in await self._rights(context, row):
            raise self.refusal(viewer)

    def row_filter(self, viewer: Viewer | None) -> Q | bool:
        assert self.at is None, "decided by an argument, not by the source"
        if viewer is None or not viewer.may_use(self.right):
            return False
        return _HELD_ON[self.model](viewer, self.right)

    def refusal(self, viewer: Viewer) -> Denied:
        """Why the viewer lacks the right: the credential, or the role."""
        if viewer.may_use(self.right):
            return RightMissing(self.right)
        return beyond_the_credential(self.right)

    async def _named(self, context: Context, arguments: dict[str, Any]) -> Any:
        """The row that the argument names."""
        assert self.at is not None
        given = arguments.get("input")
        value = arguments[self.at] if given is None else getattr(given, self.at)
        path = (self.at,) if given is None else ("input", self.at)
        named = self.through or self.model
        row: Any = await context.row(named, ids.decode(value, named, path))
        if row is not None and self.through:
            row = await context.row(self.model, getattr(row, self._belongs_by(self.through)))
        if row is None:
            raise NotFound(path)
        return row

    def _belongs_by(self, through: type[Model]) -> str:
        """The column by which such an object belongs to what the right is held on."""
        return "partner_id" if through is CustomerInvitation else f"{self.model.__name__.lower()}_id"

    async def _rights(self, context: Context, row: Any) -> frozenset[Right]:
        if self.model is Organisation:
            return await rights_on_organisation(context, row)
        if self.model is Product:
            return await rights_on_product(context, row)
        return rights_on_partnership(context, row)


class RightOnEach(Permission):
    """Of many objects at once: whoever holds `right` on one of them may change that one.

    The resolver looks at each; here only whether the credential in use allows the right at all.
    """

    def __init__(self, right: Right) -> None:
        self.right = right
        self.sentence = f"Requires the right `{right}` on each item."
        self.directive = requires(right)

    async def check(self, context: Context, source: Any, arguments: dict[str, Any]) -> None:
        if not context.signed_in.may_use(self.right):
            raise beyond_the_credential(self.right)


def allowed(*permissions: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say who may call a resolver."""

    def carry(resolver: Callable[P, R]) -> Callable[P, R]:
        setattr(resolver, ATTRIBUTE, permissions)
        return resolver

    return carry


def permissions_of(resolver: Callable[..., Awaitable[Any]]) -> tuple[Permission, ...]:
    """What the resolver carries. Raises TypeError for one that does not say who may call it."""
    permissions: tuple[Permission, ...] = getattr(resolver, ATTRIBUTE, ())
    if not permissions:
        raise TypeError(f"{resolver.__module__}.{resolver.__name__} does not say who may call it")
    return permissions


__all__ = [
    "NotByToken",
    "Permission",
    "PersonOnly",
    "Public",
    "RightOn",
    "RightOnEach",
    "SignedIn",
    "StaffOnly",
    "Sudo",
    "VisibleRows",
    "allowed",
    "permissions_of",
]
