"""The enums of the domain, with what each value means."""

from enum import Enum
from typing import Any

import strawberry

from server.domain.access_changes import AccessChangeStatus
from server.domain.member_invitations import MemberInvitationStatus
from server.domain.memberships import MembershipStatus
from server.domain.money import Currency
from server.domain.organisations import LegalEntityType, PartnerStatus, RegistrationScheme
from server.domain.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.products import Period, ProductCategory, ProductState
from server.domain.rights import AssignmentRight, ProductRight, Right, Role, Scope
from server.domain.terminations import EndedBy, TerminationReason
from server.resolvers.paging import Direction

__all__ = [
    "AccessChangeStatus",
    "AccessType",
    "AssignmentRight",
    "Currency",
    "Direction",
    "EndedBy",
    "LegalEntityType",
    "MemberInvitationStatus",
    "MembershipStatus",
    "PartnerStatus",
    "PartnershipStatus",
    "PaymentMode",
    "Period",
    "ProductCategory",
    "ProductRight",
    "ProductState",
    "RegistrationScheme",
    "Right",
    "Role",
    "Scope",
    "Side",
    "TerminationReason",
    "describe",
]


def describe(enum: type[Enum], description: str, *, name: str | None = None, **values: str) -> None:
    """Make the enum a GraphQL type. Every value needs its meaning: an enum that lacks one does not load."""
    if missing := {member.name for member in enum} ^ set(values):
        raise TypeError(f"{enum.__name__}: say what {sorted(missing)} mean")
    strawberry.enum(enum, name=name, description=description)
    definition: Any = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[value.name]


describe(
    Role,
    "What a member is in an organisation.",
    LEGAL_REPRESENTATIVE="Represents the organisation; every organisation keeps at least one.",
    ADMINISTRATOR="Sees and manages everything, short of what commits the organisation.",
    EMPLOYEE="Sees what they are given.",
    EXTERNAL="Somebody from outside with limited rights.",
)
describe(
    Right,
    "What somebody may do on an organisation, a partnership or a product.",
    VIEW_ORGANISATION_DETAILS="See address and registration of the organisation.",
    VIEW_MEMBERS="See who belongs to the organisation.",
    VIEW_PRODUCTS="List the organisation's products, as far as they are visible one by one.",
    VIEW_PARTNERSHIPS="See the organisation's partners.",
    VIEW_MANAGED_CUSTOMERS="See the customers that the partner manages, as far as one serves them.",
    INVITE_PARTNER="Invite a partner in the organisation's name.",
    REQUEST_CUSTOMER="Ask a customer for access in the partner's name.",
    MANAGE_MEMBERS="Invite members, change their roles and what they are told; legal representatives excepted.",
    REMOVE_MEMBERS="Remove members; legal representatives excepted.",
    MANAGE_LEGAL_REPRESENTATIVES="Make somebody a legal representative, and decide about those there are.",
    MANAGE_TEAMS="Make teams, and decide who is in them.",
    GRANT_OWN_PRODUCTS="Open the organisation's own products to its members and teams.",
    LEAVE_ORGANISATION="Leave the organisation.",
    SET_EMAIL_WISHES="Say which of the organisation's e-mails one wishes to receive.",
    ASSIGN_FUTURE_CUSTOMERS="Let employees of the partner serve customers to come, from their first day on.",
    VIEW_API_TOKENS="See the organisation's API tokens.",
    CREATE_API_TOKEN="Make API tokens for the organisation.",
    REVOKE_API_TOKEN="End API tokens of the organisation.",
    ADMINISTER_PROGRAMME="Act as the programme's staff.",
    GRANT_SUPPORT_ACCESS="Open one's own mail or drive to support, and close it again.",
    VIEW_AUDIT_LOG="See what was done in the organisation's name; an employee sees their own acts.",
    VIEW_PARTNER_ACTIVITY="See what partners did on behalf of the organisation.",
    REVIEW_ACCESS="See who has access, through which partner, employee and token.",
    EXCLUDE_API_TOKEN="Keep a partner's API token away from the organisation.",
    CREATE_EXPORT="Take lists that one may read away as files.",
    ACCEPT_INVITATION="Accept the customer's invitation.",
    DECLINE_INVITATION="Decline the customer's invitation.",
    ACCEPT_REQUEST="Accept what the partner asks for, or something else in its place.",
    DECLINE_REQUEST="Decline what the partner asks for.",
    MANAGE_INVITATION="Withdraw one's own side's invitation or request, or send it again.",
    GRANT_PRODUCT_ACCESS="Let the partner manage one more product.",
    CHANGE_PRODUCT_ACCESS="Change what the partner may do with a product.",
    REVOKE_PRODUCT_ACCESS="Take a product back from the partner, or give it back.",
    CHANGE_ACCESS_TYPE="Move between limited and complete access.",
    CHANGE_PAYMENT_MODE="Decide who pays what the partner orders.",
    SET_PARTNERSHIP_DATES="Say when the partnership ends by itself, and when it is to be looked at again.",
    REQUEST_ACCESS_CHANGE="Ask the customer for another access.",
    ANSWER_ACCESS_CHANGE="Grant or refuse another access that the partner asked for.",
    TERMINATE_PARTNERSHIP="End the partnership.",
    VIEW_ASSIGNMENTS="See which employees serve the customer; an employee sees their own assignment.",
    ASSIGN_EMPLOYEES="Decide which employees serve the customer.",
    VIEW_RECEIPTS="See and keep the receipts of the partnership.",
    VIEW_CUSTOMER_NOTE="Read what the partner notes of the customer, who never does.",
    MANAGE_CUSTOMER_NOTE="Write what the partner notes of the customer.",
    VIEW_PRODUCT="See the product.",
    MANAGE_PRODUCT="Manage the product technically.",
    VIEW_STATISTICS="See the product's statistics.",
    TERMINATE_PRODUCT="End the product; a partner asks the customer to confirm it.",
    ANSWER_PENDING_ACTION="Confirm or refuse what a partner asks to do with the product.",
    WITHDRAW_PENDING_ACTION="Withdraw what one's side asked to do with the product; an employee what they asked.",
)
describe(
    Scope,
    "What an API token may be used for. MANAGE includes READ; a token never exceeds its owner.",
    ORGANISATION_READ="See organisations and their details (`organisation:read`).",
    MEMBERS_READ="See members (`members:read`).",
    MEMBERS_MANAGE="Invite members, change them, their teams and their products (`members:manage`).",
    PRODUCTS_READ="See products (`products:read`).",
    PRODUCTS_MANAGE="Manage products (`products:manage`).",
    PARTNERSHIPS_READ="See partnerships and managed customers (`partnerships:read`).",
    PARTNERSHIPS_MANAGE="Invite, answer, grant and revoke (`partnerships:manage`).",
    ASSIGNMENTS_READ="See assignments of employees (`assignments:read`).",
    ASSIGNMENTS_MANAGE="Assign employees (`assignments:manage`).",
    AUDIT_READ="See the audit log and what partners did (`audit:read`).",
    EXPORTS_CREATE="Take lists that the token may read away as files (`exports:create`).",
)
describe(
    ProductRight,
    "What a customer grants a partner, or an organisation its own people, on a product.",
    TECHNICAL="Manage it technically.",
    STATISTICS="See its statistics.",
)
describe(
    AssignmentRight,
    "What a partner lets one of its employees do for a customer, within what the customer granted.",
    VIEW="See the customer's products. Always included.",
    MANAGE_PRODUCTS="Manage products technically.",
    ORDER="Order and renew.",
    VIEW_INVOICES="See the invoices that the partner pays for the customer.",
)
describe(
    AccessType,
    "How much of a customer's account a partner manages.",
    LIMITED="The products that the customer granted one by one.",
    COMPLETE="Everything; a customer has at most one such partner.",
)
describe(
    PaymentMode,
    "Whose payment methods pay what a partner with complete access orders.",
    CUSTOMER="The customer's.",
    PARTNER="The partner's.",
)
describe(
    PartnershipStatus,
    "Where a partnership is in its life.",
    INVITED="Proposed and not answered yet; nothing is granted.",
    ACTIVE="In force.",
    SUSPENDED="Stopped by staff for the time being.",
    DECLINED="The invitation was declined.",
    CANCELLED="The invitation was withdrawn.",
    EXPIRED="The invitation was not answered in time.",
    TERMINATED="Ended by either side.",
)
describe(
    Side,
    "One of the two organisations of a partnership.",
    CUSTOMER="The one whose products are managed.",
    PARTNER="The one that manages them.",
)
describe(
    AccessChangeStatus,
    "Where a partner's request for another access is.",
    PENDING="Not answered yet.",
    GRANTED="Granted.",
    REFUSED="Refused.",
    EXPIRED="Not answered in time, or ended with the partnership.",
)
describe(
    EndedBy,
    "Who ended a partnership.",
    CUSTOMER="The customer.",
    PARTNER="The partner.",
    STAFF="The programme's staff.",
    CLOCK="Nobody: its last day had come.",
)
describe(
    TerminationReason,
    "Why a partnership was ended.",
    NO_LONGER_NEEDED="The customer manages its products itself, or has none.",
    DISSATISFIED="One side is not satisfied with the other.",
    TERMS_CHANGED="The terms changed, such as who pays.",
    CHANGE_OF_PARTNER="Another partner takes its place.",
    RELATIONSHIP_ENDED="The two do no more business with each other.",
    PROGRAMME_EXIT="The partner left the programme.",
    DATE_REACHED="It was to end on that day.",
    OTHER="Something else.",
)
describe(
    LegalEntityType,
    "What kind of entity an organisation is.",
    INDIVIDUAL="A private person.",
    COMPANY="A company.",
    ASSOCIATION="An association.",
    PUBLIC_BODY="A public body.",
    OTHER="Anything else.",
)
describe(
    PartnerStatus,
    "Where an organisation stands in the partner programme.",
    APPROVED="A partner.",
    AT_RISK="A partner whose turnover is below the programme's minimum.",
    SUSPENDED="A partner that may win no new customers.",
    REVOKED="No partner any more, by decision of the programme.",
    LEFT="No partner any more, by its own decision.",
)
describe(
    RegistrationScheme,
    "Which register a registration number is of.",
    CH_UID="The Swiss register of companies.",
    FR_SIREN_SIRET="The French SIREN or SIRET.",
    OTHER_REGISTER="The register of another country.",
)
describe(
    MembershipStatus,
    "Where a membership is in its life.",
    INVITED="Invited and not answered yet.",
    ACTIVE="A member.",
    REMOVED="No member any more.",
)
describe(
    MemberInvitationStatus,
    "Where the invitation of a member is in its life.",
    PENDING="Sent and not answered yet.",
    ACCEPTED="The person is a member since.",
    DECLINED="The person declined.",
    CANCELLED="The organisation withdrew it.",
    EXPIRED="It was not answered in time.",
)
describe(
    ProductCategory,
    "The kinds of product.",
    DOMAIN="A domain name.",
    WEB_HOSTING="Web hosting.",
    WORDPRESS_HOSTING="Hosting for WordPress.",
    MAIL="Mail service.",
    KSUITE="The kSuite of collaboration tools.",
    KDRIVE="The kDrive for files.",
    CLOUD_SERVER="A managed server.",
    PUBLIC_CLOUD="Resources of the public cloud.",
    SWISS_BACKUP="Backup space.",
    SSL="An SSL certificate.",
    STREAMING="Radio or video streaming.",
    NEWSLETTER="The newsletter tool.",
    TICKETING="Ticket sales for events.",
    SUPPORT="A support level.",
    OTHER="Anything else.",
)
describe(
    ProductState,
    "Where a product is in its life.",
    ACTIVE="In service.",
    EXPIRING="Not renewed and about to end.",
    SUSPENDED="Out of service, and can be brought back.",
    TERMINATED="Gone.",
)
describe(
    Period,
    "What one price pays for.",
    MONTH="A month.",
    YEAR="A year.",
)
describe(
    Currency,
    "The currencies of the price lists, by their ISO 4217 code.",
    name="CurrencyCode",
    CHF="Swiss franc.",
    EUR="Euro.",
)
describe(
    Direction,
    "Which end of an order comes first.",
    ASC="The smallest, the earliest, A.",
    DESC="The largest, the latest, Z.",
)
