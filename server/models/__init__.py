"""What is stored, and which rows a viewer sees.

Tortoise models, one file per noun; `visibility.py` is the only place that says which rows exist
for a viewer; `migrations/` is how a database gets here.
"""

from server.models.assignments import EmployeeAssignment
from server.models.audit import AuditEvent
from server.models.catalogue import CatalogueItem, CataloguePrice
from server.models.customer_notes import CustomerNote
from server.models.exports import Export, ExportPart
from server.models.jobs import JobRun
from server.models.member_invitations import MemberInvitation, MemberInvitationTeam
from server.models.memberships import Membership
from server.models.organisations import Organisation
from server.models.outbox import EmailMessage, OutboxMessage
from server.models.own_product_grants import OwnProductGrant
from server.models.partnerships import (
    AccessChangeRequest,
    CustomerInvitation,
    Partnership,
    ProductAccess,
    RequestedProduct,
)
from server.models.pending_actions import PendingAction
from server.models.products import Product
from server.models.receipts import Receipt
from server.models.sessions import Session, SignInFailure, SignInSource
from server.models.support_access import SupportAccessGrant
from server.models.teams import Team, TeamMember
from server.models.tokens import ApiToken, ApiTokenCustomer, ApiTokenExclusion
from server.models.users import User

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
