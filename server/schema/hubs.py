"""Hub types: each wing brings its part, one line a wing."""

import strawberry

from server import models
from server.schema.oversight.organisations import OrganisationOversight
from server.schema.partnerships.organisations import OrganisationPartnerships
from server.schema.people.organisations import OrganisationPeople
from server.schema.people.viewers import ViewerPeople
from server.schema.products.organisations import OrganisationProducts
from server.schema.support.viewers import ViewerSupport


@strawberry.type(
    description="An account that owns products: a customer, a partner, or both. Its members and partners see "
    "more of it than other people do."
)
class Organisation(
    OrganisationPeople,
    OrganisationPartnerships,
    OrganisationProducts,
    OrganisationOversight,
):
    model = models.Organisation


@strawberry.type(description="The person or API token making the request.")
class Viewer(
    ViewerPeople,
    ViewerSupport,
): ...
