"""What partnerships bring to the roots."""

import strawberry

from server import models
from server.resolvers.partnerships import customer_invitations, partnerships, terminations
from server.schema.fields import by_id
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

    partnership: Partnership | None = root(
        partnerships.partnership, by_id(models.Partnership), id="The partnership's id."
    )
    customer_invitation: CustomerInvitation | None = root(
        customer_invitations.customer_invitation,
        customer_invitations.BY_TOKEN,
        token="The secret from the link in the e-mail.",
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
