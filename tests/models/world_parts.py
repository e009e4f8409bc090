"""The parts of a random world: partnerships, memberships, grants, acts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, Side
from server.domain.people.memberships import MembershipStatus
from server.domain.products.products import ProductCategory
from server.domain.rights import ProductRight, Role


@dataclass(frozen=True)
class Link:
    """A partnership of a random world."""

    id: UUID
    customer_id: UUID
    partner_id: UUID
    access_type: AccessType
    status: PartnershipStatus
    accesses: dict[UUID, list[ProductRight]]
    assigned: frozenset[UUID]
    access_keys: dict[UUID, UUID]
    """Each product's, those of revoked accesses among them."""
    assignment_keys: dict[UUID, UUID]
    """Each member's, those of ended assignments among them."""
    request_keys: dict[UUID, UUID]
    change_key: UUID
    """Of what the partner asks to have changed."""
    receipt_key: UUID
    asked_key: UUID
    """Actions that the partner may not do on its own, with the person who asked."""
    asked_by: UUID
    initiated_by: Side
    note_key: UUID
    """Of what the partner notes of the customer."""


@dataclass(frozen=True)
class Place:
    """A membership of a random world."""

    user_id: UUID
    organisation_id: UUID
    role: Role
    status: MembershipStatus


@dataclass(frozen=True)
class Token:
    """A token of a random world. Those that have ended are shown as the others are."""

    user_id: UUID
    organisation_id: UUID
    has_ended: bool


@dataclass(frozen=True)
class TakenAway:
    """An export of a random world."""

    organisation_id: UUID
    requested_by_id: UUID
    api_token_id: UUID | None = None


@dataclass(frozen=True)
class Deed:
    """An act of a random world; one in nobody's name is the clock's."""

    actor_id: UUID | None
    acting_organisation_id: UUID | None
    on_behalf_of_id: UUID | None


@dataclass(frozen=True)
class Gift:
    """A grant of an organisation to one of its own members, or to the one team it has."""

    id: UUID
    organisation_id: UUID
    membership_id: UUID | None
    product_id: UUID | None
    category: ProductCategory | None
    covers_until: datetime
    rights: list[ProductRight]
    is_revoked: bool


@dataclass(frozen=True)
class Group:
    """A team, with the key of each membership that is in it."""

    id: UUID
    is_deleted: bool
    places: dict[UUID, UUID]


@dataclass(frozen=True)
class Owned:
    """The facts of a product."""

    id: UUID
    organisation_id: UUID
    category: ProductCategory
    created_at: datetime
