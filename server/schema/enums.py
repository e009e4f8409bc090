"""The enums of the domain, with what each value means."""

from enum import Enum
from typing import Any

import strawberry

from server.domain.money import Currency
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import LegalEntityType, PartnerStatus, RegistrationScheme
from server.domain.products.products import Period, ProductCategory, ProductState
from server.domain.rights import AssignmentRight, ProductRight, Right, Role, Scope
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
    """Make the enum a GraphQL type. Every value needs a description: an enum that lacks one does not load."""
    if missing := {member.name for member in enum} ^ set(values):
        raise TypeError(f"{enum.__name__}: say what {sorted(missing)} mean")
    strawberry.enum(enum, name=name, description=description)
    definition: Any = vars(enum)["__strawberry_definition__"]
    for value in definition.values:
        value.description = values[value.name]


describe(
    Role,
    "A member's role in an organisation.",
    LEGAL_REPRESENTATIVE="Represents the organisation legally. Every organisation has at least one.",
    ADMINISTRATOR="Sees and manages everything, but cannot commit the organisation.",
    EMPLOYEE="Sees what they have been given access to.",
    EXTERNAL="Someone from outside the organisation, with limited rights.",
)
describe(
    Right,
    "Something you may do on an organisation, a partnership or a product.",
    VIEW_ORGANISATION_DETAILS="See the organisation's address and registration.",
    VIEW_MEMBERS="See the organisation's members.",
    VIEW_PRODUCTS="List the organisation's products. Only the products visible to you are listed.",
    VIEW_PARTNERSHIPS="See the organisation's partners.",
    VIEW_MANAGED_CUSTOMERS="See the customers that the partner manages. An employee sees only those they serve.",
    INVITE_PARTNER="Invite a partner on behalf of the organisation.",
    REQUEST_CUSTOMER="Ask a customer for access on behalf of the partner.",
    MANAGE_MEMBERS="Invite members, and change roles and e-mail preferences, except those of legal representatives.",
    REMOVE_MEMBERS="Remove members, except legal representatives.",
    MANAGE_LEGAL_REPRESENTATIVES="Appoint, change and remove legal representatives.",
    MANAGE_TEAMS="Create teams and choose their members.",
    GRANT_OWN_PRODUCTS="Give members and teams access to the organisation's own products.",
    LEAVE_ORGANISATION="Leave the organisation.",
    SET_EMAIL_WISHES="Choose which of the organisation's e-mails you receive.",
    ASSIGN_FUTURE_CUSTOMERS="Assign employees of the partner to future customers, from the customer's first day.",
    VIEW_API_TOKENS="See the organisation's API tokens.",
    CREATE_API_TOKEN="Create API tokens for the organisation.",
    REVOKE_API_TOKEN="Revoke the organisation's API tokens.",
    ADMINISTER_PROGRAMME="Act as staff of the partner programme.",
    GRANT_SUPPORT_ACCESS="Give support access to your own mail or drive, and end it.",
    VIEW_AUDIT_LOG="See actions on behalf of the organisation. An employee sees only their own.",
    VIEW_PARTNER_ACTIVITY="See actions by partners on behalf of the organisation.",
    REVIEW_ACCESS="See who has access to the organisation, and through which partner, employee and API token.",
    EXCLUDE_API_TOKEN="Exclude a partner's API token from the organisation.",
    CREATE_EXPORT="Export as files the lists that you may read.",
    ACCEPT_INVITATION="Accept the customer's invitation.",
    DECLINE_INVITATION="Decline the customer's invitation.",
    ACCEPT_REQUEST="Accept the partner's request, or grant something else instead.",
    DECLINE_REQUEST="Decline the partner's request.",
    MANAGE_INVITATION="Withdraw or resend your own side's invitation or request.",
    GRANT_PRODUCT_ACCESS="Give the partner access to another product.",
    CHANGE_PRODUCT_ACCESS="Change what the partner may do with a product.",
    REVOKE_PRODUCT_ACCESS="Withdraw a product from the partner, or hand it back as the partner.",
    CHANGE_ACCESS_TYPE="Switch between limited and complete access.",
    CHANGE_PAYMENT_MODE="Choose who pays for the partner's orders.",
    SET_PARTNERSHIP_DATES="Set the date on which the partnership ends automatically, and the date of its next review.",
    REQUEST_ACCESS_CHANGE="Ask the customer to change the partner's access.",
    ANSWER_ACCESS_CHANGE="Grant or refuse a change of access that the partner asked for.",
    TERMINATE_PARTNERSHIP="End the partnership.",
    VIEW_ASSIGNMENTS="See which employees serve the customer. An employee sees only their own assignment.",
    ASSIGN_EMPLOYEES="Choose which employees serve the customer.",
    VIEW_RECEIPTS="See and download the partnership's receipts.",
    VIEW_CUSTOMER_NOTE="Read the partner's note about the customer. The customer never sees it.",
    MANAGE_CUSTOMER_NOTE="Write the partner's note about the customer.",
    VIEW_PRODUCT="See the product.",
    MANAGE_PRODUCT="Manage the product technically.",
    VIEW_STATISTICS="See the product's statistics.",
    TERMINATE_PRODUCT="Terminate the product. When a partner does so, the customer must confirm it.",
    ANSWER_PENDING_ACTION="Confirm or refuse an action on the product that a partner asks for.",
    WITHDRAW_PENDING_ACTION="Withdraw an action on the product that your side asked for; an employee, only their own.",
)
describe(
    Scope,
    "What an API token may be used for. MANAGE includes READ. A token never has more rights than its owner.",
    ORGANISATION_READ="See organisations and their details.",
    MEMBERS_READ="See members.",
    MEMBERS_MANAGE="Invite and change members, and manage their teams and products.",
    PRODUCTS_READ="See products.",
    PRODUCTS_MANAGE="Manage products.",
    PARTNERSHIPS_READ="See partnerships and managed customers.",
    PARTNERSHIPS_MANAGE="Invite partners, answer invitations and requests, and grant and revoke access.",
    ASSIGNMENTS_READ="See the assignments of employees.",
    ASSIGNMENTS_MANAGE="Assign employees.",
    AUDIT_READ="See the audit log, including the activity of partners.",
    EXPORTS_CREATE="Export as files the lists that the token may read.",
)
describe(
    ProductRight,
    "What a customer lets a partner do with a product, or an organisation its own members.",
    TECHNICAL="Manage it technically.",
    STATISTICS="See its statistics.",
)
describe(
    AssignmentRight,
    "What a partner lets an employee do for a customer, within the rights the customer granted.",
    VIEW="See the customer's products. Always included.",
    MANAGE_PRODUCTS="Manage products technically.",
    ORDER="Order and renew.",
    VIEW_INVOICES="See the invoices the partner pays for the customer.",
)
describe(
    AccessType,
    "How much of a customer's account the partner manages.",
    LIMITED="Only the products the customer has granted individually.",
    COMPLETE="Everything. A customer has at most one partner with complete access.",
)
describe(
    PaymentMode,
    "Whose payment methods pay for the orders of a partner with complete access.",
    CUSTOMER="The customer's payment methods.",
    PARTNER="The partner's payment methods.",
)
describe(
    PartnershipStatus,
    "The status of a partnership.",
    INVITED="Proposed but not yet answered. Nothing is granted.",
    ACTIVE="In force.",
    SUSPENDED="Suspended by staff until further notice.",
    DECLINED="The invitation or request was declined.",
    CANCELLED="The invitation or request was withdrawn.",
    EXPIRED="The invitation was not answered in time.",
    TERMINATED="Ended; `endedBy` says by whom.",
)
describe(
    Side,
    "One of the two organisations in a partnership.",
    CUSTOMER="The organisation whose products are managed.",
    PARTNER="The organisation that manages the products.",
)
describe(
    AccessChangeStatus,
    "The status of a partner's request to change its access.",
    PENDING="Not yet answered.",
    GRANTED="Granted.",
    REFUSED="Refused.",
    EXPIRED="Not answered in time, or the partnership ended first.",
)
describe(
    EndedBy,
    "Who ended a partnership.",
    CUSTOMER="The customer.",
    PARTNER="The partner.",
    STAFF="The programme's staff.",
    CLOCK="Nobody: the partnership reached its end date.",
)
describe(
    TerminationReason,
    "Why a partnership ended.",
    NO_LONGER_NEEDED="The customer now manages its products itself, or has none.",
    DISSATISFIED="One side is not satisfied with the other.",
    TERMS_CHANGED="The terms changed, for example who pays.",
    CHANGE_OF_PARTNER="Another partner takes over.",
    RELATIONSHIP_ENDED="The two organisations no longer do business with each other.",
    PROGRAMME_EXIT="The partner left the programme.",
    DATE_REACHED="The partnership reached its end date.",
    OTHER="Another reason.",
)
describe(
    LegalEntityType,
    "The legal form of an organisation.",
    INDIVIDUAL="A private person.",
    COMPANY="A company.",
    ASSOCIATION="An association.",
    PUBLIC_BODY="A public body.",
    OTHER="Anything else.",
)
describe(
    PartnerStatus,
    "An organisation's standing in the partner programme.",
    APPROVED="A partner.",
    AT_RISK="A partner whose turnover is below the programme's minimum.",
    SUSPENDED="A partner that may not take on new customers.",
    REVOKED="No longer a partner, by the programme's decision.",
    LEFT="No longer a partner, by its own decision.",
)
describe(
    RegistrationScheme,
    "The register that a registration number comes from.",
    CH_UID="The Swiss business register (UID).",
    FR_SIREN_SIRET="The French register (SIREN or SIRET).",
    OTHER_REGISTER="Another country's register.",
)
describe(
    MembershipStatus,
    "The status of a membership.",
    INVITED="Invited, but not yet a member.",
    ACTIVE="A member.",
    REMOVED="No longer a member.",
)
describe(
    MemberInvitationStatus,
    "The status of an invitation to become a member.",
    PENDING="Sent but not yet answered.",
    ACCEPTED="Accepted: the person is now a member.",
    DECLINED="The person declined.",
    CANCELLED="The organisation withdrew it.",
    EXPIRED="It was not answered in time.",
)
describe(
    ProductCategory,
    "A kind of product.",
    DOMAIN="A domain name.",
    WEB_HOSTING="Web hosting.",
    WORDPRESS_HOSTING="Hosting for WordPress.",
    MAIL="E-mail service.",
    KSUITE="The kSuite collaboration tools.",
    KDRIVE="kDrive file storage.",
    CLOUD_SERVER="A managed server.",
    PUBLIC_CLOUD="Public cloud resources.",
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
    "The state of a product.",
    ACTIVE="In service.",
    EXPIRING="About to end because it has not been renewed.",
    SUSPENDED="Out of service, but can be restored.",
    TERMINATED="Ended permanently.",
)
describe(
    Period,
    "The period that a price covers.",
    MONTH="One month.",
    YEAR="One year.",
)
describe(
    Currency,
    "A currency of the price lists, as an ISO 4217 code.",
    name="CurrencyCode",
    CHF="Swiss franc.",
    EUR="Euro.",
)
describe(
    Direction,
    "A sort direction.",
    ASC="Ascending: smallest, earliest or A first.",
    DESC="Descending: largest, latest or Z first.",
)
