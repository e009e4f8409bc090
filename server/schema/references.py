"""Lazy references between object types: the only file that has them.

GraphQL's types point at each other in circles (an organisation has partnerships, and a partnership has organisations).
A field that points to a type of a higher wing, of the roof or of its own file names it as `OrganisationReference`;
everything else imports forwards.
"""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from server.domain.errors import ErrorCode
    from server.schema.hubs import Organisation, Viewer
    from server.schema.partnerships.partnerships import Partnership
    from server.schema.people.teams import Team, TeamMember
    from server.schema.products.own_product_grants import OwnProductGrant
    from server.schema.products.products import Product

ErrorCodeReference = Annotated["ErrorCode", strawberry.lazy("server.schema.hubs")]
OrganisationReference = Annotated["Organisation", strawberry.lazy("server.schema.hubs")]
OwnProductGrantReference = Annotated["OwnProductGrant", strawberry.lazy("server.schema.products.own_product_grants")]
PartnershipReference = Annotated["Partnership", strawberry.lazy("server.schema.partnerships.partnerships")]
ProductReference = Annotated["Product", strawberry.lazy("server.schema.products.products")]
TeamReference = Annotated["Team", strawberry.lazy("server.schema.people.teams")]
TeamMemberReference = Annotated["TeamMember", strawberry.lazy("server.schema.people.teams")]
ViewerReference = Annotated["Viewer", strawberry.lazy("server.schema.hubs")]
