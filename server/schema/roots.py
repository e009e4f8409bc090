"""The root types, Query and Mutation: each wing brings its part, one line a wing."""

import strawberry

from server.schema.oversight.roots import OversightMutations, OversightQueries
from server.schema.partnerships.roots import PartnershipMutations, PartnershipQueries
from server.schema.people.roots import PeopleMutations, PeopleQueries
from server.schema.products.roots import ProductMutations, ProductQueries
from server.schema.programme.staff import StaffMutations
from server.schema.support.support_access import SupportAccessMutations


@strawberry.type(description="The queries, which read data and change nothing.")
class Query(
    PeopleQueries,
    PartnershipQueries,
    OversightQueries,
    ProductQueries,
): ...


@strawberry.type(
    description="The mutations, which change data. Each takes one input and returns a payload with `userErrors`."
)
class Mutation(
    PeopleMutations,
    PartnershipMutations,
    OversightMutations,
    ProductMutations,
    StaffMutations,
    SupportAccessMutations,
): ...
