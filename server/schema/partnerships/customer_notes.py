"""What is promised of partners' notes."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.resolvers.partnerships import customer_notes
from server.schema.errors import UserError
from server.schema.operations import mutation

if TYPE_CHECKING:
    from server.schema.partnerships.partnerships import Partnership

PartnershipType = Annotated["Partnership", strawberry.lazy("server.schema.partnerships.partnerships")]


@strawberry.type(
    description="What a partner notes of a customer: the partner's alone, the customer never learns of it."
)
class CustomerNote:
    model = models.CustomerNote

    alias: str | None = strawberry.field(description="What the partner calls the customer; null for nothing else.")
    notes: str | None = strawberry.field(description="What the partner wants to remember; null for nothing.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    version: int = strawberry.field(description="Counts the changes; the partnership's version does not.")


@strawberry.input(description="What to note of which customer; what is left out stays as it is, null clears it.")
class UpdateCustomerNoteInput:
    partnership_id: strawberry.ID = strawberry.field(
        description="A partnership of the partner, in whatever status, until its note is deleted."
    )
    alias: strawberry.Maybe[str | None] = strawberry.field(
        description="What to call the customer, one line of at most 120 characters."
    )
    notes: strawberry.Maybe[str | None] = strawberry.field(description="What to remember, at most 5,000 characters.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Change nothing unless the note is in this version; 0 for one that is not written yet.",
    )


@strawberry.type(description="The answer of `updateCustomerNote`.")
class UpdateCustomerNotePayload:
    customer_note: CustomerNote | None = strawberry.field(description="The note; null where nothing was ever noted.")
    partnership: PartnershipType | None = strawberry.field(description="The partnership with the customer.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class CustomerNoteMutations:
    """Notes."""

    update_customer_note: UpdateCustomerNotePayload = mutation(
        customer_notes.update_customer_note, UpdateCustomerNoteInput
    )
