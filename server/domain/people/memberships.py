"""Memberships: roles, e-mail preferences, and who decides about them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.people.error_codes import PeopleCode
from server.domain.rights import LEADING_ROLES, OWN_ORGANISATION, Right, Role


class MembershipStatus(StrEnum):
    """Status of a membership. Only an active one gives rights."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    REMOVED = "REMOVED"


class EmailPreference(StrEnum):
    """The kinds of e-mail that a member can choose."""

    BILLING = "BILLING"
    PRODUCTS = "PRODUCTS"


_RANKS: Final[Sequence[Role]] = (Role.EXTERNAL, Role.EMPLOYEE, Role.ADMINISTRATOR, Role.LEGAL_REPRESENTATIVE)


def is_lower(role: Role, before: Role) -> bool:
    """Whether the change from the old role to this one removes rights (E7)."""
    return _RANKS.index(role) < _RANKS.index(before)


def may_manage_billing(role: Role, is_switched_on: bool) -> bool:
    """The billing permission: a switch for employees. Leaders always have it, external users never."""
    return role in LEADING_ROLES or (role is Role.EMPLOYEE and is_switched_on)


def email_preferences(
    role: Role, *, can_manage_billing: bool, notify_billing: bool, notify_products: bool
) -> frozenset[EmailPreference]:
    """The e-mails that a member gets. Without the billing permission there are none about billing."""
    billing = notify_billing and may_manage_billing(role, can_manage_billing)
    return frozenset(
        preference
        for preference, is_wanted in ((EmailPreference.BILLING, billing), (EmailPreference.PRODUCTS, notify_products))
        if is_wanted
    )


def may_change(actor: Role | None, *roles: Role) -> bool:
    """Whether a member with the role `actor` decides about members with these roles (R14, M10, M11).

    Only a legal representative decides about legal representatives.
    """
    rights = OWN_ORGANISATION[actor] if actor else frozenset[Right]()
    binding = Role.LEGAL_REPRESENTATIVE in roles
    return (Right.MANAGE_LEGAL_REPRESENTATIVES if binding else Right.MANAGE_MEMBERS) in rights


def check_may_change(actor: Role | None, *roles: Role, field: tuple[str, ...] = ()) -> None:
    if not may_change(actor, *roles):
        raise Refused(
            Refusal(
                PeopleCode.LEGAL_REPRESENTATIVE_ONLY,
                N_("Only a legal representative can add, change or remove legal representatives."),
                field,
            )
        )


def check_member_active(status: MembershipStatus, field: tuple[str, ...] = ("membership_id",)) -> None:
    """A former member cannot be changed, but can be invited again."""
    if status is not MembershipStatus.ACTIVE:
        raise Refused(
            Refusal(PeopleCode.NOT_A_MEMBER, N_("This person is not an active member of the organisation."), field)
        )


def check_keeps_a_legal_representative(role: Role, other_legal_representatives: int) -> None:
    """An organisation always has at least one active legal representative (R14, E8).

    `role` is that of the member who is removed or gets another role.
    """
    if role is Role.LEGAL_REPRESENTATIVE and other_legal_representatives == 0:
        raise Refused(
            Refusal(
                PeopleCode.LAST_LEGAL_REPRESENTATIVE,
                N_("An organisation must keep at least one legal representative. Appoint another one first."),
            )
        )


def check_billing(role: Role, can_manage_billing: bool | None) -> None:
    """Only an employee's billing permission can be changed; any other role determines it."""
    if can_manage_billing not in (None, may_manage_billing(role, can_manage_billing or False)):
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("The billing permission follows from the role. You can set it only for employees."),
                ("can_manage_billing",),
            )
        )


def check_notified(role: Role, notify_billing: bool | None, other_notified_representatives: int) -> None:
    """At least one legal representative receives the billing e-mails; a sole one always does.

    `other_notified_representatives` are the others who receive them.
    """
    is_last = role is Role.LEGAL_REPRESENTATIVE and other_notified_representatives == 0
    if is_last and notify_billing is False:
        raise Refused(
            Refusal(
                PeopleCode.LAST_LEGAL_REPRESENTATIVE,
                N_("At least one legal representative must receive the billing e-mails."),
                ("notify_billing",),
            )
        )


def check_successor(outgoing: Role, incoming: Role) -> None:
    """A legal representative is replaced by a member who is not one yet."""
    if outgoing is not Role.LEGAL_REPRESENTATIVE:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("This member is not a legal representative."),
                ("outgoing_membership_id",),
            )
        )
    if incoming is Role.LEGAL_REPRESENTATIVE:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("This member is already a legal representative."),
                ("incoming_membership_id",),
            )
        )


def check_lower_role(role: Role | None) -> None:
    """The replaced representative leaves or gets a lower role."""
    if role is Role.LEGAL_REPRESENTATIVE:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("Choose a lower role, or leave out the role to remove the member."),
                ("outgoing_role",),
            )
        )
