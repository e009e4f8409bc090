"""What is promised of organisations."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

import strawberry

from server import models
from server.domain.people.organisations import INVITABLE_PARTNERS
from server.engine.declarations import Column, Embedded, Followed, Itself, PagePart
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
    "What a partner's customers can be ordered by.",
    NAME="The customer's name, without case and accents.",
    SINCE="Since when the partner manages them.",
)


@strawberry.type(description="Where an organisation is.")
class PostalAddress:
    street: str = strawberry.field(description="Street and number.")
    postcode: str = strawberry.field(description="Postcode.")
    city: str = strawberry.field(description="Place.")
    region: str | None = strawberry.field(
        description="Canton, province or region; null where it is not part of addresses."
    )
    country: CountryCode = strawberry.field(description="Country; it decides the currency.")


@strawberry.type(description="An organisation's number in a register of companies.")
class RegistrationNumber:
    scheme: RegistrationScheme = strawberry.field(description="Of which register.")
    value: str = strawberry.field(description="The number, without spaces and punctuation.")


@strawberry.input(description="Narrows the list of partners.")
class PartnerFilter:
    search: str | None = strawberry.field(
        default=strawberry.UNSET, description="With this text in the name; case and accents do not matter."
    )


@strawberry.input(description="Narrows a partner's customers.")
class ManagedCustomerFilter:
    access_type: AccessType | None = strawberry.field(
        default=strawberry.UNSET, description="Managed with this access type."
    )
    payment_mode: PaymentMode | None = strawberry.field(default=strawberry.UNSET, description="With this payment mode.")
    search: str | None = strawberry.field(
        default=strawberry.UNSET, description="With this text in the name; case and accents do not matter."
    )


@strawberry.input(description="Orders a partner's customers.")
class ManagedCustomerOrder:
    field: organisations.ManagedCustomerOrderField = strawberry.field(description="By what.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which end comes first.")


def _number(row: models.Organisation) -> RegistrationNumber | None:
    if row.registration_scheme is None or row.registration_number is None:
        return None
    return RegistrationNumber(scheme=row.registration_scheme, value=row.registration_number)


async def _customers(context: Context, found: Slice) -> list[Any]:
    rows = await asyncio.gather(*(context.row(models.Organisation, row.customer_id) for row in found.window.rows))
    return [row for row in rows if row is not None]


@strawberry.type(description="A customer of a partner, and the partnership through which it is managed.")
class ManagedCustomerEdge:
    model = models.Partnership
    is_another_view = True

    cursor: str = part("cursor", "The place of the row, for `after` and `before`.")
    partnership: Partnership = computed(
        lambda context, edge: edge.row, "How and since when the customer is managed.", Itself()
    )
    node: Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")] | None = relation(
        models.Organisation, "customer_id", "The customer; null where a token may not read organisations."
    )


@strawberry.type(description="One page of the customers that a partner manages.")
class ManagedCustomerConnection:
    edges: list[ManagedCustomerEdge] = part("edges", "The customers of this page with their partnerships.")
    nodes: list[Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]] = computed(
        _customers,
        "The customers of this page; none where a token may not read organisations.",
        Followed(models.Organisation, "customer_id"),
    )
    page_info: PageInfo = part("page_info", "Where this page lies in the list.")
    total_count: int = computed(
        lambda context, found: found.count(),
        "How many customers the viewer serves; counted only when asked for.",
        PagePart("total_count"),
    )


@strawberry.type(
    description="An account that owns products: a customer, a partner, or both. Members and partners see "
    "more of it than others do."
)
class Organisation(Node):
    model = models.Organisation

    name: str = strawberry.field(description="What it is called.")
    country: CountryCode = strawberry.field(description="Where it is.")
    currency: Currency = strawberry.field(description="In which currency it is invoiced; the country decides.")
    partner_status: PartnerStatus | None = strawberry.field(
        description="Where it stands in the partner programme; null for one that never was a partner."
    )
    is_partner: bool = computed(
        lambda context, row: row.partner_status in INVITABLE_PARTNERS,
        "Whether it can be invited as a partner.",
        ("partner_status",),
    )
    legal_name: str | None = withheld(
        lambda row: row.legal_name, "Its name in the register.", MAY_VIEW_DETAILS, Column("legal_name")
    )
    legal_entity_type: LegalEntityType | None = withheld(
        lambda row: row.legal_entity_type,
        "What kind of entity it is.",
        MAY_VIEW_DETAILS,
        Column("legal_entity_type"),
    )
    postal_address: PostalAddress | None = withheld(
        lambda row: row,
        "Where it is.",
        MAY_VIEW_DETAILS,
        Embedded({name: Column(name) for name in ("street", "postcode", "city", "region", "country")}),
    )
    registration_number: RegistrationNumber | None = withheld(
        _number,
        "Its number in the register of companies.",
        MAY_VIEW_DETAILS,
        Embedded(
            {"scheme": Column("registration_scheme"), "value": Column("registration_number")},
            present="registration_scheme",
        ),
    )
    created_at: datetime = strawberry.field(description="When it was made.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    version: int = strawberry.field(description="Counts the changes.")
    viewer_role: Role | None = computed(
        organisations.role_in, "What the viewer is there; null for somebody who is no member.", organisations.ROLE_IN
    )
    viewer_rights: list[Right] = rights(
        rights_on_organisation, "What the viewer may do there, with this credential.", RIGHTS_ON_ORGANISATION
    )
    members: Connection[Membership] | None = connection(
        memberships.MEMBERS, "Who belongs to it.", memberships.MAY_VIEW_MEMBERS
    )
    member_invitations: Connection[MemberInvitation] | None = connection(
        member_invitations.MEMBER_INVITATIONS,
        "Whom it invited to become a member, those who answered among them.",
        memberships.MAY_VIEW_MEMBERS,
    )
    teams: Connection[Team] | None = connection(teams.TEAMS, "Its teams, by name.", memberships.MAY_VIEW_MEMBERS)
    own_product_grants: Connection[OwnProductGrant] | None = connection(
        own_product_grants.OWN_PRODUCT_GRANTS,
        "What of its products it opened to its own people, what was taken back since among it.",
        memberships.MAY_VIEW_MEMBERS,
    )
    products: Connection[Product] | None = connection(
        resolvers_products.PRODUCTS,
        "Its products, as far as they are visible one by one.",
        resolvers_products.MAY_VIEW_PRODUCTS,
        filter=ProductFilter,
        order=ProductOrder,
    )
    partnerships: Connection[Partnership] | None = connection(
        resolvers_partnerships.PARTNERSHIPS,
        "Its partners: the partnerships in which it is the customer, open invitations and past ones among them.",
        resolvers_partnerships.MAY_VIEW_PARTNERSHIPS,
        filter=PartnershipFilter,
        order=PartnershipOrder,
    )
    customer_partnerships: Connection[Partnership] | None = connection(
        resolvers_partnerships.CUSTOMER_PARTNERSHIPS,
        "The partnerships in which it is the partner, open invitations and past ones among them. An "
        "employee sees those they are assigned to.",
        organisations.MAY_VIEW_MANAGED_CUSTOMERS,
        filter=PartnershipFilter,
        order=PartnershipOrder,
    )
    managed_customers: ManagedCustomerConnection | None = connection(
        organisations.MANAGED_CUSTOMERS,
        "The customers that it manages as a partner. An employee sees those they are assigned to.",
        organisations.MAY_VIEW_MANAGED_CUSTOMERS,
        filter=ManagedCustomerFilter,
        order=ManagedCustomerOrder,
    )
    customer_invitations: Connection[CustomerInvitation] | None = connection(
        resolvers_customer_invitations.CUSTOMER_INVITATIONS,
        "What it asked of people by e-mail, as a partner.",
        resolvers_customer_invitations.MAY_VIEW_CUSTOMER_INVITATIONS,
    )
    pending_actions: Connection[PendingAction] | None = connection(
        resolvers_pending_actions.PENDING_ACTIONS,
        "What partners ask to do with its products, and what became of it. A partner sees what it asked.",
        resolvers_pending_actions.MAY_VIEW_PENDING_ACTIONS,
        filter=PendingActionFilter,
    )
    requested_actions: Connection[PendingAction] | None = connection(
        resolvers_pending_actions.REQUESTED_ACTIONS,
        "What it asked to do with its customers' products, as a partner. An employee sees what they asked.",
        resolvers_pending_actions.MAY_VIEW_PENDING_ACTIONS,
        filter=PendingActionFilter,
    )
    access_review: Connection[ReviewedPartnership] | None = connection(
        resolvers_access_review.ACCESS_REVIEW,
        "Who has access: each active partnership with the people and the API tokens that reach the organisation.",
        resolvers_access_review.MAY_REVIEW,
    )
    audit_log: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.AUDIT_LOG,
        "What was done in its name, the latest first. An employee sees their own acts.",
        resolvers_audit_log.MAY_VIEW_LOG,
        filter=AuditLogFilter,
    )
    partner_activity: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.PARTNER_ACTIVITY,
        "What its partners did on its behalf, the latest first.",
        resolvers_audit_log.MAY_VIEW_ACTIVITY,
        filter=PartnerActivityFilter,
    )
    exports: Connection[Export] | None = connection(
        exports.EXPORTS,
        "What was taken away of its lists as files, the latest first. An employee sees what they asked for.",
        exports.MAY_VIEW_EXPORTS,
    )
    programme_activity: Connection[AuditEvent] | None = connection(
        resolvers_audit_log.PROGRAMME_ACTIVITY,
        "What the programme did that concerns it, by its staff or its clock, the latest first.",
        resolvers_audit_log.MAY_VIEW_ACTIVITY,
        filter=AuditLogFilter,
    )
    api_tokens: Connection[ApiToken] | None = connection(
        tokens.API_TOKENS, "The API tokens made for it, those that have ended among them.", tokens.MAY_VIEW_TOKENS
    )
