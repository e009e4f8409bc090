"""Permission classes: who may ask this at all?

A resolver carries the classes that guard it. Each is printed in the SDL as a directive
and in the field's description. A resolver without one does not load.
"""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import timedelta
from typing import Any, ClassVar, Final, get_args
from uuid import UUID

from tortoise.expressions import Q
from tortoise.models import Model

from server.domain.errors import Denied, NotFound, RightMissing, SudoRequired
from server.domain.rights import Right
from server.domain.viewer import Viewer
from server.models import Organisation, Partnership, Product, User
from server.models.base import check_points_to
from server.models.visibility.right_filters import where_right_on_organisation, where_right_on_partnership
from server.resolvers.context import Context
from server.resolvers.denial_messages import FOR_PEOPLE, beyond_the_credential, beyond_the_token
from server.resolvers.directives import (
    PersonOnlyDirective,
    PublicDirective,
    SignedInDirective,
    StaffOnlyDirective,
    SudoDirective,
    VisibleRowsDirective,
    requires_directive,
)
from server.resolvers.permission_base import Permission, allow, permissions_of
from server.resolvers.viewer_rights import rights_on


class Public(Permission):
    """Everyone may ask."""

    sentence = "No authentication required."
    directive: ClassVar[object] = PublicDirective()

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        pass

    def row_filter(self, viewer: Viewer | None) -> bool:
        return True


class SignedIn(Permission):
    """Anyone who is signed in, or sends an API token, may ask."""

    sentence = "Requires authentication."
    directive: ClassVar[object] = SignedInDirective()

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        _ = context.signed_in

    def row_filter(self, viewer: Viewer | None) -> bool:
        return viewer is not None


class VisibleRows(Permission):
    """Anyone who sees the object may list what belongs to it. Which rows they see is decided row by row."""

    sentence = "Only rows visible to you are returned."
    directive: ClassVar[object] = VisibleRowsDirective()

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        pass

    def row_filter(self, viewer: Viewer | None) -> bool:
        return True


class PersonOnly(Permission):
    """Only a signed-in person may ask, not a token."""

    directive: ClassVar[object] = PersonOnlyDirective()

    def __init__(self, right: Right) -> None:
        self.right = right

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        if context.signed_in.token is not None:
            raise beyond_the_token(self.right)

    def row_filter(self, viewer: Viewer | None) -> bool:
        return viewer is not None and viewer.token is None

    def refusal(self, viewer: Viewer) -> Denied:
        return beyond_the_token(self.right)


class NotByToken(Permission):
    """Anyone may ask, signed in or not, except programs: this is about a person's identity."""

    sentence = "No authentication required."
    directive: ClassVar[object] = PersonOnlyDirective()

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        if context.viewer is not None and context.viewer.token is not None:
            raise Denied(FOR_PEOPLE)


class Sudo(Permission):
    """Only a person who entered their password recently may ask. A token never may."""

    sentence = "You must have entered your password recently."
    directive: ClassVar[object] = SudoDirective()

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        within = timedelta(minutes=context.settings.sudo_minutes)
        if not context.signed_in.has_confirmed_password(context.now, within):
            raise SudoRequired


class StaffOnly(Permission):
    """Only the programme's staff may ask. Membership of the staff is looked up each time and never cached."""

    sentence = "For the programme's staff only; each use is logged with its reason."
    directive: ClassVar[object] = StaffOnlyDirective()

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        viewer = context.signed_in
        if viewer.token is not None:
            raise beyond_the_token(Right.ADMINISTER_PROGRAMME)
        if not await User.filter(id=viewer.user_id, is_staff=True).exists():
            raise RightMissing(Right.ADMINISTER_PROGRAMME)


_HELD_ON: Final[Mapping[type[Model], Callable[[Viewer, Right], Q]]] = {
    Organisation: where_right_on_organisation,
    Partnership: where_right_on_partnership,
}


class RightOn(Permission):
    """Only a viewer with `right` may ask: on the object itself, or on the one that the argument `at` names.

    If `at` names an object that only belongs to it, `by` is the column that references it. An object that the viewer
    does not see is NOT_FOUND, a missing right FORBIDDEN. Only `domain/rights.py` says which role, access type and scope
    a right needs.
    """

    def __init__(
        self,
        right: Right,
        model: type[Organisation] | type[Partnership] | type[Product],
        at: str | None = None,
        by: str | None = None,
    ) -> None:
        self.right = right
        self.model = model
        self.at = at
        self.by = by
        self.named: type[Model] = model
        self.path: tuple[str, ...] = ()
        self.sentence = f"Requires the right `{right}`."
        self.directive = requires_directive(right)

    def bind(self, resolver: str, hints: Mapping[str, Any], path: tuple[str, ...]) -> "RightOn":
        bound = copy(self)
        bound.named = self._named_model(resolver, hints)
        bound.path = (*path, str(self.at))
        return bound

    def _named_model(self, resolver: str, hints: Mapping[str, Any]) -> type[Model]:
        """Of which model the argument's ids are."""
        named = get_args(hints.get(str(self.at)))[1:]
        if not named:
            raise TypeError(f"{resolver} has no argument {self.at} that is an id, to look for {self.right} by")
        if self.by is not None:
            check_points_to(named[0], self.by, self.model)
        elif named[0] is not self.model:
            raise TypeError(f"{resolver}.{self.at} names a {named[0].__name__}, on which nobody holds {self.right}")
        return named[0]

    def check_source(self, model: type[Model] | None) -> None:
        if self.at is not None or self.model is not model or self.model not in _HELD_ON:
            raise TypeError(f"{self.right} on {self.model.__name__} is not decided by the rows of {model}")

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        self.check_credential(context)
        row = source if self.at is None else await self._find_row(context, arguments[self.at])
        if self.right not in await rights_on(context, row):
            raise self.refusal(context.signed_in)

    def check_credential(self, context: Context) -> None:
        """Refuse a credential that never allows the right, on whatever object."""
        if not context.signed_in.may_use(self.right):
            raise self.refusal(context.signed_in)

    def row_filter(self, viewer: Viewer | None) -> Q | bool:
        assert self.at is None, "decided by an argument, not by the source"
        if viewer is None or not viewer.may_use(self.right):
            return False
        return _HELD_ON[self.model](viewer, self.right)

    def refusal(self, viewer: Viewer) -> Denied:
        """Why the viewer lacks the right: because of the credential or the role."""
        if viewer.may_use(self.right):
            return RightMissing(self.right)
        return beyond_the_credential(self.right)

    async def _find_row(self, context: Context, key: UUID) -> Any:
        """The row on which the right is held, by the key of the one that the argument names."""
        row: Any = await context.row(self.named, key)
        if row is not None and self.by is not None:
            row = await context.row(self.model, getattr(row, self.by))
        if row is None:
            raise NotFound(self.path)
        return row


class RightOnEach(Permission):
    """For many objects at once: the viewer may change each object on which they hold `right`.

    The resolver looks at each; here only whether the credential in use allows the right at all.
    """

    def __init__(self, right: Right) -> None:
        self.right = right
        self.sentence = f"Requires the right `{right}` on each item."
        self.directive = requires_directive(right)

    async def check(self, context: Context, source: Any, arguments: Mapping[str, Any]) -> None:
        if not context.signed_in.may_use(self.right):
            raise beyond_the_credential(self.right)


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
    "allow",
    "permissions_of",
]
