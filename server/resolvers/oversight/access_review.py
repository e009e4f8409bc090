"""The access review: who has access through which partner, employee and token, and since when (D7, D8)."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q

from server.domain.access import reach, usable_rights
from server.domain.oversight.access_review import ReviewedCredential, ReviewedPerson, credentials_reaching
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import LEADING_ROLES, AssignmentRight, Right, Role, Scope
from server.domain.viewer import Viewer
from server.engine.declarations import Computed, Prefetch
from server.models import (
    ApiToken,
    ApiTokenCustomer,
    ApiTokenExclusion,
    AuditEvent,
    EmployeeAssignment,
    Membership,
    Organisation,
    Partnership,
    User,
)
from server.models.conditions import EVERY_ROW
from server.resolvers.context import Context
from server.resolvers.ids import PREFIXES
from server.resolvers.listings import Listing
from server.resolvers.permissions import RightOn

# `Any` below: facts are lists of raw values, the same on either path.


class Person(ReviewedPerson):
    """The same in the form that callers see."""

    @property
    def actor_id(self) -> str:
        return f"{PREFIXES[User]}_{self.user_id.hex}"


class Credential(ReviewedCredential):
    """The same in the form that callers see."""

    @property
    def id(self) -> str:
        return f"{PREFIXES[ApiToken]}_{self.token_id.hex}"


class AccessReviewOrderField(StrEnum):
    """Fields by which an access review can be sorted."""

    SINCE = "SINCE"


ACCESS_REVIEW = Listing(
    name="access review",
    model=Partnership,
    parent="customer_id",
    orders={AccessReviewOrderField.SINCE: "activated_at"},
    moments=frozenset({"activated_at"}),
    always=lambda viewer: Q(status=PartnershipStatus.ACTIVE),
)

MAY_REVIEW = (RightOn(Right.REVIEW_ACCESS, Organisation),)


def _every_row(viewer: Viewer | None) -> Q:
    return EVERY_ROW


def _leading(viewer: Viewer | None) -> Q:
    return Q(status=MembershipStatus.ACTIVE, role__in=sorted(LEADING_ROLES))


def _where_employed(viewer: Viewer | None) -> Q:
    return Q(status=MembershipStatus.ACTIVE, role=Role.EMPLOYEE)


def _not_ended(viewer: Viewer | None) -> Q:
    return Q(ended_at__isnull=True)


def _not_revoked(viewer: Viewer | None) -> Q:
    return Q(revoked_at__isnull=True)


_NAME: Final = Prefetch(User, "id", "user_id", _every_row, ("first_name", "last_name"))
_FACTS: Final = {
    "leaders": Prefetch(
        Membership, "organisation_id", "partner_id", _leading, ("user_id", "role", "joined_at", "created_at"), _NAME
    ),
    "employees": Prefetch(
        EmployeeAssignment,
        "partnership_id",
        "id",
        _not_ended,
        ("rights", "assigned_at"),
        Prefetch(Membership, "id", "membership_id", _where_employed, ("user_id",), _NAME),
    ),
    "acts": Prefetch(
        AuditEvent,
        "on_behalf_of_id",
        "customer_id",
        _every_row,
        ("actor_id", "acting_organisation_id", "created_at"),
        latest="created_at",
    ),
}
_TOKEN_FACTS: Final = {
    "tokens": Prefetch(
        ApiToken,
        "organisation_id",
        "partner_id",
        _not_revoked,
        (
            "id",
            "user_id",
            "name",
            "last_four",
            "scopes",
            "is_for_some_customers",
            "created_at",
            "expires_at",
            "last_used_at",
        ),
        _NAME,
    ),
    "restrictions": Prefetch(ApiTokenCustomer, "customer_id", "customer_id", _every_row, ("api_token_id",)),
    "exclusions": Prefetch(ApiTokenExclusion, "customer_id", "customer_id", _every_row, ("api_token_id",)),
}
_COLUMNS: Final = ("customer_id", "partner_id")


def _people(context: Context, row: Any) -> list[ReviewedPerson]:
    """Everyone of the partner who reaches the customer, in the order in which they got access."""
    acted = {
        UUID(actor): _moment(at)
        for actor, acting, at in row.acts
        if actor and acting and UUID(acting) == row.partner_id
    }
    found = [
        Person(UUID(user), _name(names), Role(role), None, _moment(joined or made), acted.get(UUID(user)))
        for user, role, joined, made, names in row.leaders
    ]
    found += [
        Person(
            UUID(user),
            _name(names),
            Role.EMPLOYEE,
            [AssignmentRight(right) for right in rights],
            _moment(since),
            acted.get(UUID(user)),
        )
        for rights, since, members in row.employees
        for user, names in members
    ]
    return sorted(found, key=lambda person: (person.since, person.name, person.user_id))


def _tokens(context: Context, row: Any) -> list[ReviewedCredential] | None:
    """Every token of the partner that reaches the customer, oldest first, for viewers who may exclude them (D8)."""
    viewer = context.signed_in
    own = reach(viewer, row.customer_id, ()).rights_on_organisation()
    if Right.EXCLUDE_API_TOKEN not in usable_rights(viewer, own):
        return None
    return credentials_reaching(
        [_credential(*values) for values in row.tokens],
        _people(context, row),
        {UUID(token) for (token,) in row.restrictions},
        {UUID(token) for (token,) in row.exclusions},
        context.now,
    )


def _credential(
    id: str,
    owner: str,
    name: str,
    last_four: str,
    scopes: list[str],
    is_for_some_customers: bool,
    created_at: str,
    expires_at: str,
    last_used_at: str | None,
    names: list[list[str]],
) -> ReviewedCredential:
    return Credential(
        token_id=UUID(id),
        owner_id=UUID(owner),
        owner_name=_name(names),
        name=name,
        last_four=last_four,
        scopes=[Scope[scope] for scope in scopes],
        is_for_some_customers=is_for_some_customers,
        created_at=_moment(created_at),
        expires_at=_moment(expires_at),
        last_used_at=_moment(last_used_at) if last_used_at else None,
    )


def _name(names: list[list[str]]) -> str:
    ((first_name, last_name),) = names
    return f"{first_name} {last_name}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


PEOPLE: Final = Computed(_people, _COLUMNS, _FACTS)
TOKENS: Final = Computed(_tokens, _COLUMNS, {**_FACTS, **_TOKEN_FACTS})
