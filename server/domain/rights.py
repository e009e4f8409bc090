"""Rights, roles and scopes: who has which right, and which scope a token needs for it.

This is the only place that defines them. You have a right on an organisation, a partnership or a product; the tables
below say by which role, as the permission matrix in docs/programme.md does.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """A member's role in an organisation."""

    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    ADMINISTRATOR = "ADMINISTRATOR"
    EMPLOYEE = "EMPLOYEE"
    EXTERNAL = "EXTERNAL"


LEADING_ROLES: Final = frozenset({Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR})
"""Roles that see everything in their organisation and all its managed customers."""


class Right(StrEnum):
    """Something that someone may do on an organisation, a partnership or a product."""

    VIEW_ORGANISATION_DETAILS = "VIEW_ORGANISATION_DETAILS"
    VIEW_MEMBERS = "VIEW_MEMBERS"
    VIEW_PRODUCTS = "VIEW_PRODUCTS"
    VIEW_PARTNERSHIPS = "VIEW_PARTNERSHIPS"
    VIEW_MANAGED_CUSTOMERS = "VIEW_MANAGED_CUSTOMERS"
    INVITE_PARTNER = "INVITE_PARTNER"
    REQUEST_CUSTOMER = "REQUEST_CUSTOMER"
    MANAGE_MEMBERS = "MANAGE_MEMBERS"
    REMOVE_MEMBERS = "REMOVE_MEMBERS"
    MANAGE_LEGAL_REPRESENTATIVES = "MANAGE_LEGAL_REPRESENTATIVES"
    MANAGE_TEAMS = "MANAGE_TEAMS"
    GRANT_OWN_PRODUCTS = "GRANT_OWN_PRODUCTS"
    LEAVE_ORGANISATION = "LEAVE_ORGANISATION"
    SET_EMAIL_WISHES = "SET_EMAIL_WISHES"
    ASSIGN_FUTURE_CUSTOMERS = "ASSIGN_FUTURE_CUSTOMERS"
    VIEW_API_TOKENS = "VIEW_API_TOKENS"
    CREATE_API_TOKEN = "CREATE_API_TOKEN"
    REVOKE_API_TOKEN = "REVOKE_API_TOKEN"
    VIEW_AUDIT_LOG = "VIEW_AUDIT_LOG"
    VIEW_PARTNER_ACTIVITY = "VIEW_PARTNER_ACTIVITY"
    REVIEW_ACCESS = "REVIEW_ACCESS"
    EXCLUDE_API_TOKEN = "EXCLUDE_API_TOKEN"
    CREATE_EXPORT = "CREATE_EXPORT"

    ADMINISTER_PROGRAMME = "ADMINISTER_PROGRAMME"
    GRANT_SUPPORT_ACCESS = "GRANT_SUPPORT_ACCESS"

    ACCEPT_INVITATION = "ACCEPT_INVITATION"
    DECLINE_INVITATION = "DECLINE_INVITATION"
    ACCEPT_REQUEST = "ACCEPT_REQUEST"
    DECLINE_REQUEST = "DECLINE_REQUEST"
    MANAGE_INVITATION = "MANAGE_INVITATION"
    GRANT_PRODUCT_ACCESS = "GRANT_PRODUCT_ACCESS"
    CHANGE_PRODUCT_ACCESS = "CHANGE_PRODUCT_ACCESS"
    REVOKE_PRODUCT_ACCESS = "REVOKE_PRODUCT_ACCESS"
    CHANGE_ACCESS_TYPE = "CHANGE_ACCESS_TYPE"
    CHANGE_PAYMENT_MODE = "CHANGE_PAYMENT_MODE"
    SET_PARTNERSHIP_DATES = "SET_PARTNERSHIP_DATES"
    REQUEST_ACCESS_CHANGE = "REQUEST_ACCESS_CHANGE"
    ANSWER_ACCESS_CHANGE = "ANSWER_ACCESS_CHANGE"
    TERMINATE_PARTNERSHIP = "TERMINATE_PARTNERSHIP"
    VIEW_ASSIGNMENTS = "VIEW_ASSIGNMENTS"
    ASSIGN_EMPLOYEES = "ASSIGN_EMPLOYEES"
    VIEW_RECEIPTS = "VIEW_RECEIPTS"
    VIEW_CUSTOMER_NOTE = "VIEW_CUSTOMER_NOTE"
    MANAGE_CUSTOMER_NOTE = "MANAGE_CUSTOMER_NOTE"

    VIEW_PRODUCT = "VIEW_PRODUCT"
    MANAGE_PRODUCT = "MANAGE_PRODUCT"
    VIEW_STATISTICS = "VIEW_STATISTICS"
    TERMINATE_PRODUCT = "TERMINATE_PRODUCT"
    ANSWER_PENDING_ACTION = "ANSWER_PENDING_ACTION"
    WITHDRAW_PENDING_ACTION = "WITHDRAW_PENDING_ACTION"


class Scope(StrEnum):
    """What an API token may be used for; `…_MANAGE` includes `…_READ`."""

    ORGANISATION_READ = "ORGANISATION_READ"
    MEMBERS_READ = "MEMBERS_READ"
    MEMBERS_MANAGE = "MEMBERS_MANAGE"
    PRODUCTS_READ = "PRODUCTS_READ"
    PRODUCTS_MANAGE = "PRODUCTS_MANAGE"
    PARTNERSHIPS_READ = "PARTNERSHIPS_READ"
    PARTNERSHIPS_MANAGE = "PARTNERSHIPS_MANAGE"
    ASSIGNMENTS_READ = "ASSIGNMENTS_READ"
    ASSIGNMENTS_MANAGE = "ASSIGNMENTS_MANAGE"
    AUDIT_READ = "AUDIT_READ"
    EXPORTS_CREATE = "EXPORTS_CREATE"

    def is_granted_by(self, scopes: frozenset["Scope"]) -> bool:
        """Whether one of the token's scopes covers this one."""
        return self in scopes or self.value.replace("_READ", "_MANAGE") in scopes


class ProductRight(StrEnum):
    """A right on a product that a customer grants a limited partner, or an organisation its own members."""

    TECHNICAL = "TECHNICAL"
    STATISTICS = "STATISTICS"


class AssignmentRight(StrEnum):
    """A right that a partner gives one of its employees for one customer."""

    VIEW = "VIEW"
    MANAGE_PRODUCTS = "MANAGE_PRODUCTS"
    ORDER = "ORDER"
    VIEW_INVOICES = "VIEW_INVOICES"


_EXTERNAL: Final = frozenset({Right.VIEW_PRODUCTS, Right.LEAVE_ORGANISATION, Right.SET_EMAIL_WISHES})
_EMPLOYEE: Final = _EXTERNAL | {Right.VIEW_MANAGED_CUSTOMERS, Right.VIEW_AUDIT_LOG, Right.CREATE_EXPORT}
_ADMINISTRATOR: Final = _EMPLOYEE | {
    Right.VIEW_ORGANISATION_DETAILS,
    Right.VIEW_MEMBERS,
    Right.VIEW_PARTNERSHIPS,
    Right.MANAGE_MEMBERS,
    Right.REMOVE_MEMBERS,
    Right.MANAGE_TEAMS,
    Right.GRANT_OWN_PRODUCTS,
    Right.ASSIGN_FUTURE_CUSTOMERS,
    Right.VIEW_API_TOKENS,
    Right.CREATE_API_TOKEN,
    Right.REVOKE_API_TOKEN,
    Right.VIEW_PARTNER_ACTIVITY,
    Right.REVIEW_ACCESS,
}

OWN_ORGANISATION: Final[Mapping[Role, frozenset[Right]]] = {
    Role.LEGAL_REPRESENTATIVE: _ADMINISTRATOR
    | {
        Right.INVITE_PARTNER,
        Right.REQUEST_CUSTOMER,
        Right.MANAGE_LEGAL_REPRESENTATIVES,
        Right.EXCLUDE_API_TOKEN,
    },
    Role.ADMINISTRATOR: _ADMINISTRATOR,
    Role.EMPLOYEE: _EMPLOYEE,
    Role.EXTERNAL: _EXTERNAL,
}
"""The rights that a role gives on your own organisation. Which of its products you see is decided row by row."""

MANAGED_CUSTOMER: Final = frozenset({Right.VIEW_PRODUCTS})
"""The rights of a partner on a customer's organisation, with any access type."""

_CUSTOMER_LEADER: Final = frozenset(
    {
        Right.GRANT_PRODUCT_ACCESS,
        Right.CHANGE_PRODUCT_ACCESS,
        Right.REVOKE_PRODUCT_ACCESS,
        Right.CHANGE_PAYMENT_MODE,
        Right.ANSWER_ACCESS_CHANGE,
        Right.VIEW_RECEIPTS,
    }
)
CUSTOMER_SIDE: Final[Mapping[Role, frozenset[Right]]] = {
    Role.LEGAL_REPRESENTATIVE: _CUSTOMER_LEADER
    | {
        Right.ACCEPT_REQUEST,
        Right.DECLINE_REQUEST,
        Right.MANAGE_INVITATION,
        Right.CHANGE_ACCESS_TYPE,
        Right.SET_PARTNERSHIP_DATES,
        Right.TERMINATE_PARTNERSHIP,
    },
    Role.ADMINISTRATOR: _CUSTOMER_LEADER,
}
"""The rights that a role in the customer's organisation gives on a partnership (S1.3b, S1.4, S2, S3, S4, Q2)."""

_PARTNER_LEADER: Final = frozenset(
    {
        Right.ACCEPT_INVITATION,
        Right.DECLINE_INVITATION,
        Right.REVOKE_PRODUCT_ACCESS,
        Right.REQUEST_ACCESS_CHANGE,
        Right.VIEW_ASSIGNMENTS,
        Right.ASSIGN_EMPLOYEES,
        Right.VIEW_RECEIPTS,
        Right.VIEW_CUSTOMER_NOTE,
        Right.MANAGE_CUSTOMER_NOTE,
    }
)
PARTNER_SIDE: Final[Mapping[Role, frozenset[Right]]] = {
    Role.LEGAL_REPRESENTATIVE: _PARTNER_LEADER | {Right.MANAGE_INVITATION, Right.TERMINATE_PARTNERSHIP},
    Role.ADMINISTRATOR: _PARTNER_LEADER,
    Role.EMPLOYEE: frozenset({Right.VIEW_ASSIGNMENTS, Right.VIEW_CUSTOMER_NOTE}),
}
"""The rights that a role in the partner's organisation gives on a partnership (S1.3a, S1.4, S2.3, S2.6, S4, M46)."""

OWN_PRODUCT: Final = frozenset(
    {
        Right.VIEW_PRODUCT,
        Right.MANAGE_PRODUCT,
        Right.VIEW_STATISTICS,
        Right.TERMINATE_PRODUCT,
        Right.ANSWER_PENDING_ACTION,
    }
)
"""The rights of legal representatives and administrators on their organisation's products."""

BY_PRODUCT_RIGHT: Final[Mapping[ProductRight, frozenset[Right]]] = {
    ProductRight.TECHNICAL: frozenset({Right.VIEW_PRODUCT, Right.MANAGE_PRODUCT}),
    ProductRight.STATISTICS: frozenset({Right.VIEW_PRODUCT, Right.VIEW_STATISTICS}),
}
"""The rights behind each right granted on a product. Complete access gives both."""

BY_COMPLETE_ACCESS: Final = frozenset({Right.TERMINATE_PRODUCT, Right.WITHDRAW_PENDING_ACTION})
"""The further rights that complete access gives on a product: to propose what the customer has to confirm (E34)."""

BY_ASSIGNMENT_RIGHT: Final[Mapping[AssignmentRight, frozenset[Right]]] = {
    AssignmentRight.VIEW: frozenset({Right.VIEW_PRODUCT, Right.VIEW_STATISTICS}),
    AssignmentRight.MANAGE_PRODUCTS: BY_COMPLETE_ACCESS | {Right.VIEW_PRODUCT, Right.MANAGE_PRODUCT},
    AssignmentRight.ORDER: frozenset({Right.VIEW_PRODUCT}),
    AssignmentRight.VIEW_INVOICES: frozenset({Right.VIEW_PRODUCT}),
}
"""The most that an employee gets of the partner's rights: the intersection of the two."""

OF_A_PERSON: Final = frozenset({Right.ADMINISTER_PROGRAMME, Right.GRANT_SUPPORT_ACCESS})
"""Rights that belong to a person, not to a role."""

NEVER_BY_TOKEN: Final = frozenset(
    {
        Right.REMOVE_MEMBERS,
        Right.MANAGE_LEGAL_REPRESENTATIVES,
        Right.LEAVE_ORGANISATION,
        Right.SET_EMAIL_WISHES,
        Right.VIEW_API_TOKENS,
        Right.CREATE_API_TOKEN,
        Right.REVOKE_API_TOKEN,
        Right.EXCLUDE_API_TOKEN,
        Right.ADMINISTER_PROGRAMME,
        Right.GRANT_SUPPORT_ACCESS,
        Right.ACCEPT_REQUEST,
        Right.DECLINE_REQUEST,
        Right.CHANGE_ACCESS_TYPE,
        Right.CHANGE_PAYMENT_MODE,
        Right.SET_PARTNERSHIP_DATES,
        Right.ANSWER_ACCESS_CHANGE,
        Right.TERMINATE_PARTNERSHIP,
        Right.ANSWER_PENDING_ACTION,
    }
)
"""Rights that need a person: consent, outgoing payments and identity."""

SCOPE_OF: Final[Mapping[Right, Scope]] = {
    Right.VIEW_ORGANISATION_DETAILS: Scope.ORGANISATION_READ,
    Right.VIEW_MEMBERS: Scope.MEMBERS_READ,
    Right.VIEW_PRODUCTS: Scope.PRODUCTS_READ,
    Right.VIEW_PARTNERSHIPS: Scope.PARTNERSHIPS_READ,
    Right.VIEW_MANAGED_CUSTOMERS: Scope.PARTNERSHIPS_READ,
    Right.INVITE_PARTNER: Scope.PARTNERSHIPS_MANAGE,
    Right.REQUEST_CUSTOMER: Scope.PARTNERSHIPS_MANAGE,
    Right.MANAGE_MEMBERS: Scope.MEMBERS_MANAGE,
    Right.MANAGE_TEAMS: Scope.MEMBERS_MANAGE,
    Right.GRANT_OWN_PRODUCTS: Scope.MEMBERS_MANAGE,
    Right.ASSIGN_FUTURE_CUSTOMERS: Scope.ASSIGNMENTS_MANAGE,
    Right.ACCEPT_INVITATION: Scope.PARTNERSHIPS_MANAGE,
    Right.DECLINE_INVITATION: Scope.PARTNERSHIPS_MANAGE,
    Right.MANAGE_INVITATION: Scope.PARTNERSHIPS_MANAGE,
    Right.REQUEST_ACCESS_CHANGE: Scope.PARTNERSHIPS_MANAGE,
    Right.CHANGE_PRODUCT_ACCESS: Scope.PARTNERSHIPS_MANAGE,
    Right.GRANT_PRODUCT_ACCESS: Scope.PARTNERSHIPS_MANAGE,
    Right.REVOKE_PRODUCT_ACCESS: Scope.PARTNERSHIPS_MANAGE,
    Right.VIEW_ASSIGNMENTS: Scope.ASSIGNMENTS_READ,
    Right.ASSIGN_EMPLOYEES: Scope.ASSIGNMENTS_MANAGE,
    Right.VIEW_RECEIPTS: Scope.PARTNERSHIPS_READ,
    Right.VIEW_CUSTOMER_NOTE: Scope.PARTNERSHIPS_READ,
    Right.MANAGE_CUSTOMER_NOTE: Scope.PARTNERSHIPS_MANAGE,
    Right.VIEW_AUDIT_LOG: Scope.AUDIT_READ,
    Right.VIEW_PARTNER_ACTIVITY: Scope.AUDIT_READ,
    Right.REVIEW_ACCESS: Scope.AUDIT_READ,
    Right.CREATE_EXPORT: Scope.EXPORTS_CREATE,
    Right.VIEW_PRODUCT: Scope.PRODUCTS_READ,
    Right.MANAGE_PRODUCT: Scope.PRODUCTS_MANAGE,
    Right.VIEW_STATISTICS: Scope.PRODUCTS_READ,
    Right.TERMINATE_PRODUCT: Scope.PRODUCTS_MANAGE,
    Right.WITHDRAW_PENDING_ACTION: Scope.PRODUCTS_MANAGE,
}
"""The scope that a token needs for a right. A right in neither table keeps the server from starting."""

if unscoped := set(Right) - set(SCOPE_OF) - NEVER_BY_TOKEN:
    raise TypeError(f"rights without a token scope: {sorted(unscoped)}")

_BY_ROLE: Final = (*OWN_ORGANISATION.values(), *CUSTOMER_SIDE.values(), *PARTNER_SIDE.values(), OWN_PRODUCT)
if unheld := set(Right).difference(*_BY_ROLE, BY_COMPLETE_ACCESS, OF_A_PERSON):
    raise TypeError(f"rights that nobody holds: {sorted(unheld)}")
