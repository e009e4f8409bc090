"""Organisations and managed customers, in the schema."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import strawberry

from server import models
from server.domain.people.organisations import INVITABLE_PARTNERS
from server.engine.declarations import Column, Embedded, Followed, PagePart, SameRow
from server.resolvers.context import Context
from server.resolvers.oversight import access_review as resolvers_access_review
from server.resolvers.oversight import audit_log as resolvers_audit_log
from server.resolvers.oversight import exports
from server.resolvers.partnerships import customer_invitations as resolvers_customer_invitations
from server.resolvers.partnerships import partnerships as resolvers_partnerships
from server.resolvers.people import member_invitations, memberships, organisations, teams, tokens
from server.resolvers.people.organisations import MAY_VIEW_DETAILS
from server.resolvers.products import own_product_grants
from server.resolvers.products import pending_actions as resolvers_pending_actions
from server.resolvers.products import products as resolvers_products
from server.resolvers.rights_in_statements import RIGHTS_ON_ORGANISATION
from server.resolvers.viewer_rights import rights_on_organisation
from server.schema.connection_values import Slice
from server.schema.connections import Connection, PageInfo, part
from server.schema.enums import (
    AccessType,
    Currency,
    Direction,
    LegalEntityType,
    PartnerStatus,
    PaymentMode,
    RegistrationScheme,
    Right,
    Role,
    describe,
)
from server.schema.fields import computed, connection, relation, rights, withheld
from server.schema.nodes import Node
from server.schema.oversight.access_review import ReviewedPartnership
from server.schema.oversight.audit_log import AuditEvent, AuditLogFilter, PartnerActivityFilter
from server.schema.oversight.exports import Export
from server.schema.partnerships.customer_invitations import CustomerInvitation
from server.schema.partnerships.partnerships import Partnership, PartnershipFilter, PartnershipOrder
from server.schema.people.member_invitations import MemberInvitation
from server.schema.people.memberships import Membership
from server.schema.people.teams import Team
from server.schema.people.tokens import ApiToken
from server.schema.products.own_product_grants import OwnProductGrant
from server.schema.products.pending_actions import PendingAction, PendingActionFilter
from server.schema.products.products import Product, ProductFilter, ProductOrder
from server.schema.scalars import CountryCode

describe(
    organisations.ManagedCustomerOrderField,
    "Fields by which managed customers can be sorted.",
    NAME="The customer's name, ignoring case and accents.",
    SINCE="When the partner began to manage the customer.",
)


@strawberry.type(description="A postal address.")
class PostalAddress:
    street: str = strawberry.field(description="Street and number.")
    postcode: str = strawberry.field(description="Postcode.")
    city: str = strawberry.field(description="Town or city.")
    region: str | None = strawberry.field(
        description="Canton, province or region. Null if addresses in the country have none."
    )
    country: CountryCode = strawberry.field(description="Country. It determines the currency.")


@strawberry.type(description="An organisation's number in a register of companies.")
class RegistrationNumber:
    scheme: RegistrationScheme = strawberry.field(description="The register.")
    value: str = strawberry.field(description="The number, without spaces and punctuation.")


@strawberry.input(description="Filters the list of partners.")
class PartnerFilter:
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only organisations whose name contains this text, ignoring case and accents.",
    )


@strawberry.input(description="Filters a partner's customers.")
class ManagedCustomerFilter:
    access_type: AccessType | None = strawberry.field(
        default=strawberry.UNSET, description="Only customers managed with this access type."
    )
    payment_mode: PaymentMode | None = strawberry.field(
        default=strawberry.UNSET, description="Only customers managed with this payment mode."
    )
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only organisations whose name contains this text, ignoring case and accents.",
    )


@strawberry.input(description="Sort order of a partner's customers.")
class ManagedCustomerOrder:
    field: organisations.ManagedCustomerOrderField = strawberry.field(description="The field to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="The sort direction.")


def _number(row: models.Organisation) -> RegistrationNumber | None:
    if row.registration_scheme is None or row.registration_number is None:
        return None
    return RegistrationNumber(scheme=row.registration_scheme, value=row.registration_number)


async def _customers(context: Context, found: Slice) -> list[Any]:
    rows = await asyncio.gather(*(context.row(models.Organisation, row.customer_id) for row in found.window.rows))
    return [row for row in rows if row is not None]


@strawberry.type(description="A customer and the partnership through which it is managed.")
class ManagedCustomerEdge:
    model = models.Partnership
    is_another_view = True

    cursor: str = part("cursor", "The row's position in the list, for `after` and `before`.")
    partnership: Partnership = computed(
        lambda context, edge: edge.row, "The partnership through which the customer is managed.", SameRow()
    )
    node: Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")] | None = relation(
        models.Organisation, "customer_id", "The customer. Null if your API token may not read organisations."
    )


@strawberry.type(description="A page of the customers a partner manages.")
class ManagedCustomerConnection:
    edges: list[ManagedCustomerEdge] = part("edges", "The customers of this page, each with its partnership.")
    nodes: list[Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]] = computed(
        _customers,
        "The customers of this page. Empty if your API token may not read organisations.",
        Followed(models.Organisation, "customer_id"),
    )
    page_info: PageInfo = part("page_info", "The position of this page in the list.")
    total_count: int = computed(
        lambda context, found: found.count(),
        "The number of customers visible to you. Counted only when requested.",
        PagePart("total_count"),
    )


@strawberry.type(
    description="An account that owns products: a customer, a partner, or both. Its members and partners see "
    "more of it than other people do."
)
class Organisation(Node):
    model = models.Organisation

    name: str = strawberry.field(description="The organisation's name.")
    country: CountryCode = strawberry.field(description="The country in which the organisation is based.")
    currency: Currency = strawberry.field(description="The currency of its invoices, determined by its country.")
    partner_status: PartnerStatus | None = strawberry.field(
        description="The organisation's standing in the partner programme. Null if it has never been a partner."
    )
    is_partner: bool = computed(
        lambda context, row: row.partner_status in INVITABLE_PARTNERS,
        "Whether the organisation can be invited as a partner.",
        ("partner_status",),
    )
    legal_name: str | None = withheld(
        lambda row: row.legal_name, "The organisation's registered name.", MAY_VIEW_DETAILS, Column("legal_name")
    )
    legal_entity_type: LegalEntityType | None = withheld(
        lambda row: row.legal_entity_type,
        "The organisation's legal form.",
        MAY_VIEW_DETAILS,
        Column("legal_entity_type"),
    )
    postal_address: PostalAddress | None = withheld(
        lambda row: row,
        "The organisation's postal address.",
        MAY_VIEW_DETAILS,
        Embedded({name: Column(name) for name in ("street", "postcode", "city", "region", "country")}),
    )
    registration_number: RegistrationNumber | None = withheld(
        _number,
        "The organisation's number in the register of companies.",
        MAY_VIEW_DETAILS,
        Embedded(
            {"scheme": Column("registration_scheme"), "value": Column("registration_number")},
            present="registration_scheme",
        ),
    )
    created_at: datetime = strawberry.field(description="When the organisation was created.")
    updated_at: datetime = strawberry.field(description="When the organisation was last changed.")
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")
    viewer_role: Role | None = computed(
        organisations.role_in, "Your role in the organisation. Null if you are not a member.", organisations.ROLE_IN
    )
    viewer_rights: list[Right] = rights(
        rights_on_organisation, "Your rights on the organisation, with the credential in use.", RIGHTS_ON_ORGANISATION
    )
    members: Connection[Membership] | None = connection(
        memberships.MEMBERS, "The organisation's members.", memberships.MAY_VIEW_MEMBERS
    )
    member_invitations: Connection[MemberInvitation] | None = connection(
        member_invitations.MEMBER_INVITATIONS,
        "Invitations to become a member, including those already answered.",
        memberships.MAY_VIEW_MEMBERS,
    )
    teams: Connection[Team] | None = connection(
        teams.TEAMS, "The organisation's teams, sorted by name.", memberships.MAY_VIEW_MEMBERS
    )
    own_product_grants: Connection[OwnProductGrant] | None = connection(
        own_product_grants.OWN_PRODUCT_GRANTS,
        "Products granted to the organisation's own members and teams, including grants since revoked.",
        memberships.MAY_VIEW_MEMBERS,
    )
    products: Connection[Product] | None = connection(
        resolvers_products.PRODUCTS,
        "The organisation's products that are visible to you.",
        resolvers_products.MAY_VIEW_PRODUCTS,
        filter=ProductFilter,
        order=ProductOrder,
    )
    partnerships: Connection[Partnership] | None = connection(
        resolvers_partnerships.PARTNERSHIPS,
        "The partnerships in which the organisation is the customer, including open invitations and past partnerships.",
        resolvers_partnerships.MAY_VIEW_PARTNERSHIPS,
        filter=PartnershipFilter,
        order=PartnershipOrder,
    )
    customer_partnerships: Connection[Partnership] | None = connection(
        resolvers_partnerships.CUSTOMER_PARTNERSHIPS,
        "The partnerships in which the organisation is the partner, including open invitations and past "
        "partnerships. Employees see only those they are assigned to.",
        organisations.MAY_VIEW_MANAGED_CUSTOMERS,
        filter=PartnershipFilter,
        order=PartnershipOrder,
    )
    managed_customers: ManagedCustomerConnection | None = connection(
        organisations.MANAGED_CUSTOMERS,
        "The customers the organisation manages as a partner. Employees see only those they are assigned to.",
        organisations.MAY_VIEW_MANAGED_CUSTOMERS,
        filter=ManagedCustomerFilter,
        order=ManagedCustomerOrder,
    )
    customer_invitations: Connection[CustomerInvitation] | None = connection(
        resolvers_customer_invitations.CUSTOMER_INVITATIONS,
        "The requests for access the organisation has sent by e-mail, as a partner.",
        resolvers_customer_invitations.MAY_VIEW_CUSTOMER_INVITATIONS,
    )
    pending_actions: Connection[PendingAction] | None = connection(
        resolvers_pending_actions.PENDING_ACTIONS,
        "Actions that partners propose on the organisation's products. A partner sees only its own.",
        resolvers_pending_actions.MAY_VIEW_PENDING_ACTIONS,
        filter=PendingActionFilter,
    )
    requested_actions: Connection[PendingAction] | None = connection(
        resolvers_pending_actions.REQUESTED_ACTIONS,
        "Actions the organisation proposes on its customers' products, as a partner. Employees see only their own.",
        resolvers_pending_actions.MAY_VIEW_PENDING_ACTIONS,
        filter=PendingActionFilter,
    )
    access_review: Connection[ReviewedPartnership] | None = connection(
        resolvers_access_review.ACCESS_REVIEW,
        "Who has access to the organisation: each active partnership with its people and API tokens.",
        resolvers_access_review.MAY_REVIEW,
    )
    audit_log: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.AUDIT_LOG,
        "Actions on behalf of the organisation, newest first. Employees see only their own.",
        resolvers_audit_log.MAY_VIEW_LOG,
        filter=AuditLogFilter,
    )
    partner_activity: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.PARTNER_ACTIVITY,
        "Actions by partners on behalf of the organisation, newest first.",
        resolvers_audit_log.MAY_VIEW_ACTIVITY,
        filter=PartnerActivityFilter,
    )
    exports: Connection[Export] | None = connection(
        exports.EXPORTS,
        "Exports of the organisation's lists, newest first. Employees see only their own.",
        exports.MAY_VIEW_EXPORTS,
    )
    programme_activity: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.PROGRAMME_ACTIVITY,
        "Actions by the programme's staff and automatic processes that concern the organisation, newest first.",
        resolvers_audit_log.MAY_VIEW_ACTIVITY,
        filter=AuditLogFilter,
    )
    api_tokens: Connection[ApiToken] | None = connection(
        tokens.API_TOKENS, "The organisation's API tokens, including those that have ended.", tokens.MAY_VIEW_TOKENS
    )
