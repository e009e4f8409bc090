"""The access review, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Column, Key, SameRow
from server.resolvers import ids
from server.resolvers.oversight import access_review
from server.schema.fields import computed, relation
from server.schema.partnerships.enums import AccessType
from server.schema.partnerships.partnerships import Partnership
from server.schema.references import OrganisationReference
from server.schema.rights import AssignmentRight, Role, Scope


@strawberry.type(description="A person at a partner who has access to the customer.")
class ReviewedPerson:
    actor_id: strawberry.ID = strawberry.field(description="The person's id, as in `partnerActivity`.")
    name: str = strawberry.field(description="The person's name.")
    role: Role = strawberry.field(description="The person's role at the partner.")
    rights: list[AssignmentRight] | None = strawberry.field(
        description="The rights the partner gave the employee. Null for the partner's leaders, "
        "whom only the customer's grant limits."
    )
    since: datetime = strawberry.field(description="When the partner gave the person access.")
    last_act_at: datetime | None = strawberry.field(
        description="When the person last did something for the customer. Null if never."
    )


@strawberry.type(description="A partner's API token with access to the customer. Use `excludeApiToken` to exclude it.")
class ReviewedApiToken:
    id: strawberry.ID = strawberry.field(description="The token's id.")
    name: str = strawberry.field(description="The name the owner gave it.")
    last_four: str = strawberry.field(description="The last four characters of the secret, to tell tokens apart.")
    owner_name: str = strawberry.field(description="The name of the token's owner, who is one of `people`.")
    scopes: list[Scope] = strawberry.field(description="The token's scopes.")
    created_at: datetime = strawberry.field(description="When the token was created.")
    expires_at: datetime = strawberry.field(description="When the token expires.")
    last_used_at: datetime | None = strawberry.field(
        description="When the token was last used, for this customer or for anything else. Null if never. "
        "The owner's `lastActAt` is about this customer only."
    )


@strawberry.type(description="The people and API tokens that have access through one partner.")
class ReviewedPartnership:
    model = models.Partnership
    is_another_view = True

    id: strawberry.ID = computed(Key(ids.PREFIXES), "The partnership's id.")
    partnership: Partnership = computed(SameRow(), "The partnership. Its product accesses show what was granted.")
    partner: OrganisationReference | None = relation(
        models.Organisation, "partner_id", "The partner. Null if your API token may not read organisations."
    )
    access_type: AccessType = strawberry.field(description="The partner's type of access.")
    since: datetime | None = computed(Column("activated_at"), "When the partnership began.")
    people: list[ReviewedPerson] = computed(
        access_review.PEOPLE, "Everyone at the partner who has access to the customer, sorted by `since`."
    )
    api_tokens: list[ReviewedApiToken] | None = computed(
        access_review.TOKENS,
        "The partner's valid API tokens that have access to the customer, oldest first. Null without the right "
        "`EXCLUDE_API_TOKEN` on the customer.",
    )
