"""What partnerships bring to the roots."""

import strawberry

from server import models
from server.resolvers.partnerships import customer_invitations, terminations
from server.resolvers.permissions import SignedIn
from server.schema.fields import by_id, row_root
from server.schema.operations import root
from server.schema.partnerships.access_types import AccessTypeMutations
from server.schema.partnerships.assignments import AssignmentMutations
from server.schema.partnerships.customer_invitations import CustomerInvitation, CustomerInvitationMutations
from server.schema.partnerships.customer_notes import CustomerNoteMutations
from server.schema.partnerships.future_customers import FutureCustomerMutations
from server.schema.partnerships.partnerships import Partnership
from server.schema.partnerships.product_access_changes import HeldAccessMutations
from server.schema.partnerships.product_accesses import AccessMutations
from server.schema.partnerships.proposals import InvitationMutations
from server.schema.partnerships.terminations import TerminationMutations, TerminationPreview


@strawberry.type
class PartnershipQueries:
    """Partnerships, and invitations by e-mail."""

    partnership: Partnership | None = row_root(
        by_id(models.Partnership),
        "A partnership by its id, visible to both of its sides.",
        (SignedIn(),),
        id=(strawberry.ID, "The partnership's id."),
    )
    customer_invitation: CustomerInvitation | None = row_root(
        customer_invitations.BY_TOKEN,
        "The request behind the link in an e-mail, visible to the owner of the address that it was sent to.",
        (SignedIn(),),
        token=(str, "The secret from the link in the e-mail."),
    )
    preview_termination: TerminationPreview | None = root(
        terminations.preview_termination, partnership_id="A partnership in force."
    )


@strawberry.type
class PartnershipMutations(
    InvitationMutations,
    CustomerInvitationMutations,
    AccessTypeMutations,
    TerminationMutations,
    AccessMutations,
    AssignmentMutations,
    FutureCustomerMutations,
    CustomerNoteMutations,
    HeldAccessMutations,
):
    """The wing's mutations, noun by noun."""
