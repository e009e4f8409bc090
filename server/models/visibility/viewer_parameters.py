"""Viewer templates: how a row policy is written before it is known who asks.

Policies are functions of a viewer. Given a template, a viewer whose values are bound parameters, they become text
that fits every viewer with the same cache key. The key holds what of a viewer decides about the text: their roles,
whether they are in one organisation or in several, which scopes their token has, and so on; the ids themselves are
read when the statement runs.

Someone in one organisation has a single id where others have a list. A list that is always empty is left out of the
text, and lists of the same memberships are one parameter.
"""

import sys
from collections.abc import Callable, Collection, Hashable
from typing import Any, Final, cast
from uuid import UUID

from server.domain.rights import LEADING_ROLES, Role
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from server.models.terms import BoundParameter

# `Any` below: a bound parameter stands where the viewer has a value of its own.

_KEY: Final = "cache key"
_EVERY_ROLE: Final = frozenset(Role)
_EMPLOYEE: Final = frozenset({Role.EMPLOYEE})


def cache_key(viewer: Viewer | None) -> Hashable:
    """The facts of a viewer that determine the SQL of a policy. None is someone who is not signed in."""
    return None if viewer is None else _cache_key(viewer)


def _cache_key(viewer: Viewer) -> Hashable:
    """Computed once for each viewer, because it never changes."""
    known = vars(viewer)
    if _KEY not in known:
        token = viewer.token
        known[_KEY] = (
            _membership_key(viewer.memberships),
            token is not None and token.scopes,
            token is not None and _size(token.customer_ids),
            token is not None and _size(token.excluded_ids),
        )
    return known[_KEY]


def _membership_key(memberships: Collection[ViewerMembership]) -> str:
    """The roles, and whether there are several memberships. One text for all with the same, which compares fastest."""
    roles = ",".join(sorted(_roles(memberships)))
    return sys.intern(f"several {roles}" if len(memberships) > 1 else roles)


def _roles(memberships: Collection[ViewerMembership]) -> frozenset[Role]:
    return frozenset(membership.role for membership in memberships)


def _size(ids: Collection[UUID] | None) -> str | None:
    """What of a list of ids decides about the text: whether there is one, and whether it has none, one or several."""
    return None if ids is None else ("none", "one", "several")[min(len(ids), 2)]


def viewer_template(viewer: Viewer | None) -> Viewer | None:
    """A template with the cache key of this viewer, whose values are bound parameters."""
    return None if viewer is None else cast("Viewer", _ViewerTemplate(viewer))


def viewer_parameter(name: str, kind: str, read: Callable[[Viewer], Any]) -> Any:
    """A value of the viewer for whom the statement runs."""
    return BoundParameter(f"viewer.{name}", kind, lambda run: read(run.viewer), is_of_viewer=True)


class _ViewerTemplate(Viewer):
    """Holds bound parameters. They hide the properties that work the values out."""

    user_id: Any = viewer_parameter("user_id", "uuid", lambda viewer: viewer.user_id)

    def __init__(self, viewer: Viewer) -> None:
        values = vars(self)
        values["_roles"] = _roles(viewer.memberships)
        values["_is_in_one"] = len(viewer.memberships) == 1
        values["token"] = None if viewer.token is None else _token_template(viewer.token)
        values["memberships"] = ()
        values["organisation_ids"] = self.organisations_as(_EVERY_ROLE)
        values["led_organisation_ids"] = self.organisations_as(LEADING_ROLES)
        values["employee_membership_ids"] = self._ids("membership_id", _EMPLOYEE)
        values["grantee_membership_ids"] = self._ids("membership_id", _EVERY_ROLE - LEADING_ROLES)

    def organisations_as(self, roles: frozenset[Role]) -> Any:
        return self._ids("organisation_id", roles)

    def _ids(self, column: str, roles: frozenset[Role]) -> Any:
        """The ids in this column of the memberships with these roles: a bound parameter, or an empty list."""
        present: frozenset[Role] = vars(self)["_roles"]
        roles &= present
        if not roles:
            return []
        if vars(self)["_is_in_one"]:
            return viewer_parameter(column, "uuid", lambda viewer: getattr(viewer.memberships[0], column))

        def read(viewer: Viewer) -> list[UUID]:
            return [getattr(membership, column) for membership in viewer.memberships if membership.role in roles]

        name = f"{column}s" if roles == present else f"{column}s as {','.join(sorted(roles))}"
        return viewer_parameter(name, "uuid[]", read)


def _token_template(token: TokenGrant) -> TokenGrant:
    return TokenGrant(
        token_id=_token_parameter("token_id", "uuid"),
        organisation_id=_token_parameter("organisation_id", "uuid"),
        scopes=token.scopes,
        customer_ids=None if token.customer_ids is None else _token_ids("customer_ids", token.customer_ids),
        excluded_ids=_token_ids("excluded_ids", token.excluded_ids),
    )


def _token_ids(name: str, ids: Collection[UUID]) -> Any:
    """One of the token's lists: a bound parameter, or an empty list."""
    if not ids:
        return frozenset[UUID]()
    if len(ids) > 1:
        return _token_parameter(name, "uuid[]")
    return viewer_parameter(f"token.{name}", "uuid", lambda viewer: next(iter(getattr(viewer.token, name))))


def _token_parameter(name: str, kind: str) -> Any:
    return viewer_parameter(f"token.{name}", kind, lambda viewer: getattr(viewer.token, name))
