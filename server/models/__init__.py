"""What is stored, and which rows a viewer sees.

Tortoise models, one file per noun in its wing; `visibility/` is the only place that says which rows exist
for a viewer; `migrations/` is how a database gets here.
"""

from server.models.jobs import JobRun
from server.models.outbox import EmailMessage, OutboxMessage
from server.models.oversight.audit_log import AuditEvent
from server.models.oversight.exports import Export, ExportPart
from server.models.partnerships.assignments import EmployeeAssignment
from server.models.partnerships.customer_notes import CustomerNote
from server.models.partnerships.partnerships import (
    AccessChangeRequest,
    CustomerInvitation,
    Partnership,
    ProductAccess,
    RequestedProduct,
)
from server.models.partnerships.receipts import Receipt
from server.models.people.member_invitations import MemberInvitation, MemberInvitationTeam
from server.models.people.memberships import Membership
from server.models.people.organisations import Organisation
from server.models.people.sessions import Session, SignInFailure, SignInSource
from server.models.people.teams import Team, TeamMember
from server.models.people.tokens import ApiToken, ApiTokenCustomer, ApiTokenExclusion
from server.models.people.users import User
from server.models.products.catalogue import CatalogueItem, CataloguePrice
from server.models.products.own_product_grants import OwnProductGrant
from server.models.products.pending_actions import PendingAction
from server.models.products.products import Product
from server.models.support.support_access import SupportAccessGrant

__all__ = [
    "AccessChangeRequest",
    "ApiToken",
    "ApiTokenCustomer",
    "ApiTokenExclusion",
    "AuditEvent",
    "CatalogueItem",
    "CataloguePrice",
    "CustomerInvitation",
    "CustomerNote",
    "EmailMessage",
    "EmployeeAssignment",
    "Export",
    "ExportPart",
    "JobRun",
    "MemberInvitation",
    "MemberInvitationTeam",
    "Membership",
    "Organisation",
    "OutboxMessage",
    "OwnProductGrant",
    "Partnership",
    "PendingAction",
    "Product",
    "ProductAccess",
    "Receipt",
    "RequestedProduct",
    "Session",
    "SignInFailure",
    "SignInSource",
    "SupportAccessGrant",
    "Team",
    "TeamMember",
    "User",
]
