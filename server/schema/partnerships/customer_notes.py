"""Customer notes of partners, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.resolvers.partnerships import customer_notes
from server.schema.operations import mutation
from server.schema.payloads import Payload, VersionedInput
from server.schema.references import PartnershipReference


@strawberry.type(description="A partner's private note about a customer. The customer never sees it or learns of it.")
class CustomerNote:
    model = models.CustomerNote

    alias: str | None = strawberry.field(description="The partner's own name for the customer. Null if it has none.")
    notes: str | None = strawberry.field(description="Free text. Null if empty.")
    updated_at: datetime = strawberry.field(description="When the note was last changed.")
    version: int = strawberry.field(
        description="Incremented on every change to the note; send it as `expectedVersion`. The partnership's own "
        "version does not change."
    )


@strawberry.input(description="Input for `updateCustomerNote`. Fields left out keep their values; null clears them.")
class UpdateCustomerNoteInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(
        description="A partnership of the partner, in any status, as long as its note has not been deleted."
    )
    alias: strawberry.Maybe[str | None] = strawberry.field(
        description="The partner's own name for the customer: one line, at most 120 characters."
    )
    notes: strawberry.Maybe[str | None] = strawberry.field(description="Free text, at most 5,000 characters.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The `version` of the note, as you last read it, or 0 if there is none yet. If it has changed since then, "
            "nothing is changed and the answer is `STALE_VERSION`."
        ),
    )


@strawberry.type(description="Result of `updateCustomerNote`.")
class UpdateCustomerNotePayload(Payload):
    customer_note: CustomerNote | None = strawberry.field(description="The note. Null if nothing has ever been noted.")
    partnership: PartnershipReference | None = strawberry.field(description="The partnership with the customer.")


@strawberry.type
class CustomerNoteMutations:
    """Mutations on customer notes."""

    update_customer_note: UpdateCustomerNotePayload = mutation(
        customer_notes.update_customer_note, UpdateCustomerNoteInput
    )
