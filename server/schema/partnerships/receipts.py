"""What is promised of receipts."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Column
from server.schema.fields import computed
from server.schema.nodes import Node


@strawberry.type(
    description="A record of a grant, a change or an end, for both sides to keep. Each names the hash of the one "
    "before it: `python -m server verify-receipts` tells whether a chain is whole."
)
class Receipt(Node):
    model = models.Receipt

    sequence: int = strawberry.field(description="Its place in the chain of the partnership, from 1.")
    what: str = strawberry.field(description="What happened, such as `access.granted`. These words are stable.")
    body: str = strawberry.field(description="All of it, as canonical JSON (RFC 8785).")
    hash: str = strawberry.field(description="The SHA-256 of the body, in hexadecimal digits.")
    written_at: datetime = computed(lambda context, row: row.created_at, "When it was written.", Column("created_at"))
