"""Hub types: each wing brings its part, one line a wing."""

import strawberry

from server import models
from server.schema import errors
from server.schema.errors import join_error_codes
from server.schema.oversight import errors as oversight_errors
from server.schema.oversight.organisations import OrganisationOversight
from server.schema.partnerships import errors as partnership_errors
from server.schema.partnerships.organisations import OrganisationPartnerships
from server.schema.people import errors as people_errors
from server.schema.people.organisations import OrganisationPeople
from server.schema.people.viewers import ViewerPeople
from server.schema.products import errors as product_errors
from server.schema.products.organisations import OrganisationProducts
from server.schema.support import errors as support_errors
from server.schema.support.viewers import ViewerSupport

ErrorCode = join_error_codes(
    "Why a mutation was refused. Codes are stable, but new ones may be added.",
    errors.MEANINGS,
    people_errors.MEANINGS,
    partnership_errors.MEANINGS,
    oversight_errors.MEANINGS,
    product_errors.MEANINGS,
    support_errors.MEANINGS,
)


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
