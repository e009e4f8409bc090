"""The access review: who has access to a customer through one of its partners (D7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.domain.rights import AssignmentRight, Role, Scope


@dataclass(frozen=True)
class ReviewedPerson:
    """A person of the partner who reaches the customer. `rights` None means limited only by the grant."""

    user_id: UUID
    name: str
    role: Role
    rights: list[AssignmentRight] | None
    since: datetime
    last_act_at: datetime | None = None


@dataclass(frozen=True)
class ReviewedCredential:
    """An API token of the partner."""

    token_id: UUID
    owner_id: UUID
    owner_name: str
    name: str
    last_four: str
    scopes: list[Scope]
    is_for_some_customers: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


def credentials_reaching(
    credentials: Iterable[ReviewedCredential],
    people: Collection[ReviewedPerson],
    for_customer: Collection[UUID],
    excluded: Collection[UUID],
    now: datetime,
) -> list[ReviewedCredential]:
    """The tokens that reach the customer: active ones of people who do, unless restricted to others or excluded (D8).

    `for_customer` are the restricted tokens that are for this customer.
    """
    owners = {person.user_id for person in people}
    found = [
        one
        for one in credentials
        if one.owner_id in owners
        and now < one.expires_at
        and (not one.is_for_some_customers or one.token_id in for_customer)
        and one.token_id not in excluded
    ]
    return sorted(found, key=lambda one: (one.created_at, one.token_id))
