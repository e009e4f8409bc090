"""What partnerships bring to the organisation."""

import strawberry

from server.resolvers.partnerships import customer_invitations as resolvers_customer_invitations
from server.resolvers.partnerships import managed_customers as resolvers_managed_customers
from server.resolvers.partnerships import partnerships as resolvers_partnerships
from server.schema.connections import Connection
from server.schema.fields import connection
from server.schema.partnerships.customer_invitations import CustomerInvitation
from server.schema.partnerships.managed_customers import (
    ManagedCustomerConnection,
    ManagedCustomerFilter,
    ManagedCustomerOrder,
)
from server.schema.partnerships.partnerships import Partnership, PartnershipFilter, PartnershipOrder


@strawberry.type
class OrganisationPartnerships:
    """An organisation as a customer and as a partner."""

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
        resolvers_managed_customers.MAY_VIEW_MANAGED_CUSTOMERS,
        filter=PartnershipFilter,
        order=PartnershipOrder,
    )
    managed_customers: ManagedCustomerConnection | None = connection(
        resolvers_managed_customers.MANAGED_CUSTOMERS,
        "The customers the organisation manages as a partner. Employees see only those they are assigned to.",
        resolvers_managed_customers.MAY_VIEW_MANAGED_CUSTOMERS,
        filter=ManagedCustomerFilter,
        order=ManagedCustomerOrder,
    )
    customer_invitations: Connection[CustomerInvitation] | None = connection(
        resolvers_customer_invitations.CUSTOMER_INVITATIONS,
        "The requests for access the organisation has sent by e-mail, as a partner.",
        resolvers_customer_invitations.MAY_VIEW_CUSTOMER_INVITATIONS,
    )
