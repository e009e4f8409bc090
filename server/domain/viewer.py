"""The viewer: the person or token behind a request, with their memberships."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from server.domain.rights import LEADING_ROLES, NEVER_BY_TOKEN, SCOPE_OF, Right, Role, Scope


@dataclass(frozen=True)
class ViewerMembership:
    """One active membership of the viewer."""

    membership_id: UUID
    organisation_id: UUID
    role: Role

    @property
    def leads(self) -> bool:
        return self.role in LEADING_ROLES


@dataclass(frozen=True)
class TokenGrant:
    """The most that the API token in use allows. `customer_ids` None means every customer.

    `excluded_ids` are the customers that have excluded it (D8).
    """

    token_id: UUID
    organisation_id: UUID
    scopes: frozenset[Scope]
    customer_ids: frozenset[UUID] | None = None
    excluded_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Viewer:
    """A signed-in person, or the API token they gave to a program.

    `memberships` are current. With a token they contain only the token's organisation, so that a token never exceeds
    what its owner may currently do.
    """

    user_id: UUID
    memberships: tuple[ViewerMembership, ...] = ()
    token: TokenGrant | None = None
    session_id: UUID | None = None
    password_confirmed_at: datetime | None = None

    def membership_in(self, organisation_id: UUID) -> ViewerMembership | None:
        return self._by_organisation.get(organisation_id)

    @cached_property
    def _by_organisation(self) -> dict[UUID, ViewerMembership]:
        return {membership.organisation_id: membership for membership in self.memberships}

    @cached_property
    def organisation_ids(self) -> list[UUID]:
        return [membership.organisation_id for membership in self.memberships]

    @cached_property
    def led_organisation_ids(self) -> list[UUID]:
        """Organisations in which the viewer is a legal representative or administrator."""
        return [membership.organisation_id for membership in self.memberships if membership.leads]

    @cached_property
    def employee_membership_ids(self) -> list[UUID]:
        """Memberships that reach a customer only through an assignment."""
        return [membership.membership_id for membership in self.memberships if membership.role is Role.EMPLOYEE]

    @cached_property
    def grantee_membership_ids(self) -> list[UUID]:
        """Memberships that reach their own organisation's products only through grants (M12)."""
        return [membership.membership_id for membership in self.memberships if not membership.leads]

    def organisations_as(self, roles: frozenset[Role]) -> list[UUID]:
        """Organisations in which the viewer has one of these roles."""
        return [membership.organisation_id for membership in self.memberships if membership.role in roles]

    def has_scope(self, scope: Scope) -> bool:
        """Whether the credential has this scope. People have every scope, a token those it was given."""
        return self.token is None or scope.is_granted_by(self.token.scopes)

    def may_use(self, right: Right) -> bool:
        """Whether the credential in use allows this right at all, on any object."""
        if self.token is None:
            return True
        return right not in NEVER_BY_TOKEN and self.has_scope(SCOPE_OF[right])

    @cached_property
    def usable_rights(self) -> frozenset[Right]:
        """All rights that the credential in use allows."""
        return frozenset(right for right in Right if self.may_use(right))

    def may_serve(self, customer_id: UUID) -> bool:
        """Whether the token in use may reach this customer."""
        if self.token is None:
            return True
        is_for_it = self.token.customer_ids is None or customer_id in self.token.customer_ids
        return is_for_it and customer_id not in self.token.excluded_ids

    def has_confirmed_password(self, now: datetime, within: timedelta) -> bool:
        """Whether the person typed their password less than `within` ago ("sudo")."""
        return self.password_confirmed_at is not None and now - self.password_confirmed_at < within
