"""Viewer templates: how a row policy is written before it is known who asks.

Policies are functions of a viewer. Given a template, a viewer whose values are bound parameters, they become text
that fits every viewer with the same cache key. The key holds what of a viewer decides about the text: whether they
are anybody's employee, which scopes their token has, and so on; the ids themselves are read when the statement runs.
"""

from collections.abc import Callable, Hashable
from typing import Any, Final, cast

from server.domain.rights import Role
from server.domain.viewer import TokenGrant, Viewer
from server.models.terms import BoundParameter

# `Any` below: a bound parameter stands where the viewer has a value of its own.

_KEY: Final = "cache key"


def cache_key(viewer: Viewer | None) -> Hashable:
    """The facts of a viewer that determine the SQL of a policy. None is someone who is not signed in."""
    return None if viewer is None else _cache_key(viewer)


def _cache_key(viewer: Viewer) -> Hashable:
    """Computed once for each viewer, because it never changes."""
    known = vars(viewer)
    if _KEY not in known:
        token = viewer.token
        known[_KEY] = (
            bool(viewer.employee_membership_ids),
            bool(viewer.grantee_membership_ids),
            token is not None and token.scopes,
            token is not None and token.customer_ids is not None,
            token is not None and bool(token.excluded_ids),
        )
    return known[_KEY]


def viewer_template(viewer: Viewer | None) -> Viewer | None:
    """A template with the cache key of this viewer, whose values are bound parameters."""
    return None if viewer is None else cast("Viewer", _ViewerTemplate(viewer))


def viewer_parameter(name: str, kind: str, read: Callable[[Viewer], Any]) -> Any:
    """A value of the viewer for whom the statement runs."""
    return BoundParameter(f"viewer.{name}", kind, lambda run: read(run.viewer), is_of_viewer=True)


class _ViewerTemplate(Viewer):
    """Holds bound parameters. They hide the properties that work the values out."""

    user_id: Any = viewer_parameter("user_id", "uuid", lambda viewer: viewer.user_id)
    organisation_ids: Any = viewer_parameter("organisation_ids", "uuid[]", lambda viewer: viewer.organisation_ids)
    led_organisation_ids: Any = viewer_parameter(
        "led_organisation_ids", "uuid[]", lambda viewer: viewer.led_organisation_ids
    )

    def __init__(self, viewer: Viewer) -> None:
        values = vars(self)
        values["token"] = None if viewer.token is None else _token_template(viewer.token)
        values["memberships"] = ()
        values["employee_membership_ids"] = (
            viewer_parameter("employee_membership_ids", "uuid[]", lambda viewer: viewer.employee_membership_ids)
            if viewer.employee_membership_ids
            else []
        )
        values["grantee_membership_ids"] = (
            viewer_parameter("grantee_membership_ids", "uuid[]", lambda viewer: viewer.grantee_membership_ids)
            if viewer.grantee_membership_ids
            else []
        )

    def organisations_as(self, roles: frozenset[Role]) -> Any:
        named = ",".join(sorted(roles))
        return viewer_parameter(f"organisations_as {named}", "uuid[]", lambda viewer: viewer.organisations_as(roles))


def _token_template(token: TokenGrant) -> TokenGrant:
    customers = viewer_parameter("customer_ids", "uuid[]", lambda viewer: viewer.token and viewer.token.customer_ids)
    excluded = viewer_parameter("excluded_ids", "uuid[]", lambda viewer: viewer.token and viewer.token.excluded_ids)
    return TokenGrant(
        token_id=viewer_parameter("token_id", "uuid", lambda viewer: viewer.token and viewer.token.token_id),
        organisation_id=viewer_parameter("token_organisation", "uuid", lambda v: v.token and v.token.organisation_id),
        scopes=token.scopes,
        customer_ids=None if token.customer_ids is None else customers,
        excluded_ids=excluded if token.excluded_ids else frozenset(),
    )
