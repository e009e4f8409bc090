"""What is promised of the access review."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.engine.declarations import Column, Itself, Key
from server.resolvers import ids
from server.resolvers.oversight import access_review
from server.schema.enums import AccessType, AssignmentRight, Role, Scope
from server.schema.fields import computed, relation
from server.schema.partnerships.partnerships import Partnership

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]


@strawberry.type(description="A person of a partner who reaches the customer.")
class ReviewedPerson:
    actor_id: strawberry.ID = strawberry.field(description="The person's id, as in `partnerActivity`.")
    name: str = strawberry.field(description="The person's name.")
    role: Role = strawberry.field(description="What the person is at the partner.")
    rights: list[AssignmentRight] | None = strawberry.field(
        description="What the partner lets an employee do; null for who is limited by the customer's grant alone."
    )
    since: datetime = strawberry.field(description="Since when the partner lets the person.")
    last_act_at: datetime | None = strawberry.field(
        description="When the person last did something for the customer; null before."
    )


@strawberry.type(description="An API token of a partner that reaches the customer. `excludeApiToken` keeps it away.")
class ReviewedApiToken:
    id: strawberry.ID = strawberry.field(description="The token's id.")
    name: str = strawberry.field(description="What its owner calls it.")
    last_four: str = strawberry.field(description="The last four characters of the secret, to tell tokens apart.")
    owner_name: str = strawberry.field(description="Whose token it is: a person of this list.")
    scopes: list[Scope] = strawberry.field(description="What it may be used for.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used at all, whichever customer it was used for or none; null before. "
        "`lastActAt` of its owner is of this customer."
    )


@strawberry.type(description="Who has access through one partner.")
class ReviewedPartnership:
    model = models.Partnership
    is_another_view = True

    id: strawberry.ID = computed(lambda context, row: ids.encode(row), "The partnership's id.", Key(ids.PREFIXES))
    partnership: Partnership = computed(
        lambda context, row: row, "The partnership; its product accesses say what was granted.", Itself()
    )
    partner: OrganisationType | None = relation(
        models.Organisation, "partner_id", "The partner; null where a token may not read organisations."
    )
    access_type: AccessType = strawberry.field(description="How much the partner manages.")
    since: datetime | None = computed(lambda context, row: row.activated_at, "Since when.", Column("activated_at"))
    people: list[ReviewedPerson] = computed(
        access_review.people,
        "Everybody of the partner who reaches the customer, in the order since when.",
        access_review.PEOPLE,
    )
    api_tokens: list[ReviewedApiToken] | None = computed(
        access_review.tokens,
        "Every living API token of the partner that reaches the customer, in the order in which they were made. Null "
        "for whoever may not keep one away: it needs `EXCLUDE_API_TOKEN` on the customer.",
        access_review.TOKENS,
    )
