"""The audit log: who did what, on whose behalf (M43, E40)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from strawberry.utils.str_converters import to_camel_case
from tortoise.expressions import Q
from tortoise.models import Model

from server import models
from server.domain.rights import Right
from server.domain.viewer import Viewer
from server.engine.declarations import Computed, Prefetch
from server.models import ApiToken, AuditEvent, Organisation, User
from server.models.conditions import EVERY_ROW
from server.resolvers import ids
from server.resolvers.context import Context
from server.resolvers.listings import Listing, where_equal, where_id, where_since, where_until
from server.resolvers.permissions import RightOn

# `Any` below: a row is a model's or a statement's; JSON holds any logged value.


class AuditEventOrderField(StrEnum):
    """Fields by which actions can be sorted."""

    AT = "AT"


@dataclass(frozen=True)
class AuditChange:
    """One change made by an action."""

    field: str
    before: str | None
    after: str | None


def _in_nobodys_name(viewer: Viewer | None) -> Q:
    """Actions of the programme's staff and of scheduled jobs."""
    return Q(acting_organisation_id__isnull=True)


def _in_somebodys_name(viewer: Viewer | None) -> Q:
    """Actions of a customer's partners on its behalf (E40)."""
    return Q(acting_organisation_id__isnull=False)


AUDIT_LOG = Listing(
    name="audit log",
    model=AuditEvent,
    parent="acting_organisation_id",
    orders={AuditEventOrderField.AT: "created_at"},
    moments=frozenset({"created_at"}),
    filters={
        "actor_id": where_id("actor_id", User, "actorId"),
        "action": where_equal("action"),
        "since": where_since("created_at"),
        "until": where_until("created_at"),
    },
    latest_first=True,
)
PROGRAMME_ACTIVITY = replace(
    AUDIT_LOG,
    name="programme activity",
    parent="on_behalf_of_id",
    always=_in_nobodys_name,
)
PARTNER_ACTIVITY = replace(
    PROGRAMME_ACTIVITY,
    name="partner activity",
    always=_in_somebodys_name,
    filters={**AUDIT_LOG.filters, "partner_id": where_id("acting_organisation_id", Organisation, "partnerId")},
)

MAY_VIEW_LOG = (RightOn(Right.VIEW_AUDIT_LOG, Organisation),)
MAY_VIEW_ACTIVITY = (RightOn(Right.VIEW_PARTNER_ACTIVITY, Organisation),)

_KEYS: Final = {
    "leader_id": "Membership",
    "membership_id": "Membership",
    "partnership_id": "Partnership",
    "pending_action_id": "PendingAction",
    "product_id": "Product",
    "team_id": "Team",
    "user_id": "User",
}
"""Logged columns that reference rows, with their models."""


def audit_changes(context: Context, row: Any) -> list[AuditChange]:
    """The changes made by an action, by their names in the API, in order."""
    before: dict[str, Any] = row.before or {}
    after: dict[str, Any] = row.after or {}
    return [
        AuditChange(to_camel_case(name), _show_fields(name, before.get(name)), _show_fields(name, after.get(name)))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _show_fields(name: str, value: Any) -> str | None:
    """A logged value in readable form."""
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, bool):
        return "true" if value else "false"
    return _id(_KEYS[name], value) if name in _KEYS else str(value)


def subject_id(context: Context, row: Any) -> str | None:
    """The id of the object of the action. None for an object without one, such as a session."""
    return _id(row.subject_type, row.subject_id.hex)


def actor_id(context: Context, row: Any) -> str | None:
    """The id of the actor, shown even if the person is not visible (E40)."""
    return None if row.actor_id is None else _id("User", row.actor_id.hex)


def _id(model: str, key: str) -> str | None:
    prefix = ids.PREFIXES.get(getattr(models, model, Model))
    return f"{prefix}_{key}" if prefix else None


# A viewer who sees only the action gets names of people and tokens, and nothing else.


def full_name(first_name: str, last_name: str) -> str:
    return f"{first_name} {last_name}"


def _token(name: str, last_four: str) -> str:
    return f"{name} (…{last_four})"


def name_of(column: str, model: type[Model], columns: tuple[str, str], name: Callable[[str, str], str]) -> Computed:
    """The name of what a column points to."""

    def compute(context: Context, row: Any) -> str | None:
        return next((name(*values) for values in row.named), None)

    return Computed(compute, (), {"named": Prefetch(model, "id", column, _every_row, columns)})


def _every_row(viewer: Viewer | None) -> Q:
    return EVERY_ROW


ACTOR_NAME = name_of("actor_id", User, ("first_name", "last_name"), full_name)
TOKEN_NAME = name_of("api_token_id", ApiToken, ("name", "last_four"), _token)
