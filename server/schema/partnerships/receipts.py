"""Receipts, in the schema."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Column
from server.schema.fields import computed
from server.schema.nodes import Node


@strawberry.type(
    description="A record of a grant, a change or an end, for both sides to keep. Each receipt contains the hash "
    "of the one before it; `python -m server verify-receipts` checks that a chain is complete."
)
class Receipt(Node):
    model = models.Receipt

    sequence: int = strawberry.field(description="The receipt's position in the partnership's chain, starting at 1.")
    what: str = strawberry.field(description="What happened, such as `access.granted`. The names are stable.")
    body: str = strawberry.field(description="The full record, as canonical JSON (RFC 8785).")
    hash: str = strawberry.field(description="The SHA-256 hash of the body, in hexadecimal.")
    written_at: datetime = computed(Column("created_at"), "When the receipt was issued.")
