"""Organisations, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.domain.people.organisations import INVITABLE_PARTNERS
from server.engine.declarations import Column, Computed, Embedded
from server.resolvers.people import member_invitations, memberships, organisations, teams, tokens
from server.resolvers.people.organisations import MAY_VIEW_DETAILS
from server.resolvers.viewer_rights import RIGHTS_ON_ORGANISATION
from server.schema.connections import Connection
from server.schema.fields import computed, connection, rights, withheld_field
from server.schema.money import Currency
from server.schema.nodes import Node
from server.schema.people.enums import LegalEntityType, PartnerStatus, RegistrationScheme
from server.schema.people.member_invitations import MemberInvitation
from server.schema.people.memberships import Membership
from server.schema.people.teams import Team
from server.schema.people.tokens import ApiToken
from server.schema.rights import Right, Role
from server.schema.scalars import CountryCode


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


@strawberry.type
class OrganisationPeople(Node):
    """An organisation's own fields, and its members."""

    model = models.Organisation

    name: str = strawberry.field(description="The organisation's name.")
    country: CountryCode = strawberry.field(description="The country in which the organisation is based.")
    currency: Currency = strawberry.field(description="The currency of its invoices, determined by its country.")
    partner_status: PartnerStatus | None = strawberry.field(
        description="The organisation's standing in the partner programme. Null if it has never been a partner."
    )
    is_partner: bool = computed(
        Computed(lambda context, row: row.partner_status in INVITABLE_PARTNERS, ("partner_status",)),
        "Whether the organisation can be invited as a partner.",
    )
    legal_name: str | None = withheld_field(
        Column("legal_name"), "The organisation's registered name.", MAY_VIEW_DETAILS
    )
    legal_entity_type: LegalEntityType | None = withheld_field(
        Column("legal_entity_type"), "The organisation's legal form.", MAY_VIEW_DETAILS
    )
    postal_address: PostalAddress | None = withheld_field(
        Embedded({name: Column(name) for name in ("street", "postcode", "city", "region", "country")}),
        "The organisation's postal address.",
        MAY_VIEW_DETAILS,
    )
    registration_number: RegistrationNumber | None = withheld_field(
        Embedded(
            {"scheme": Column("registration_scheme"), "value": Column("registration_number")},
            present="registration_scheme",
        ),
        "The organisation's number in the register of companies.",
        MAY_VIEW_DETAILS,
    )
    created_at: datetime = strawberry.field(description="When the organisation was created.")
    updated_at: datetime = strawberry.field(description="When the organisation was last changed.")
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")
    viewer_role: Role | None = computed(
        organisations.ROLE_IN, "Your role in the organisation. Null if you are not a member."
    )
    viewer_rights: list[Right] = rights(
        RIGHTS_ON_ORGANISATION, "Your rights on the organisation, with the credential in use."
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
    api_tokens: Connection[ApiToken] | None = connection(
        tokens.API_TOKENS, "The organisation's API tokens, including those that have ended.", tokens.MAY_VIEW_TOKENS
    )
