"""Tables of the outbox: events and e-mails that wait to be sent, and scheduled jobs."""

from typing import Final

from server.models.migrations._initial.columns import (
    PartialIndex,
    document,
    long_text,
    number,
    reference,
    table,
    text,
    timestamp,
)

WAITS: Final = "sent_at IS NULL AND dead_at IS NULL"

TABLES: Final = [
    *table(
        "OutboxMessage",
        "outbox_message",
        {
            "run_after": timestamp(),
            "attempts": number(),
            "sent_at": timestamp(null=True),
            "dead_at": timestamp(null=True),
            "last_error": long_text(null=True),
            "topic": text(60),
            "payload": document(),
            "dedupe_key": text(200, unique=True),
        },
        indexes=[
            PartialIndex("outbox_waiting", ("run_after", "id"), WAITS),
            PartialIndex("outbox_waiting_by_topic", ("topic", "run_after", "id"), WAITS),
            PartialIndex("outbox_waiting_since", ("created_at",), WAITS),
        ],
    ),
    *table(
        "EmailMessage",
        "email_message",
        {
            "run_after": timestamp(),
            "attempts": number(),
            "sent_at": timestamp(null=True),
            "dead_at": timestamp(null=True),
            "last_error": long_text(null=True),
            "event": reference("OutboxMessage", "emails"),
            "template": text(60),
            "address": text(254),
            "name": text(170),
            "locale": text(5),
            "zone": text(40, db_default="UTC"),
            "variables": document(),
            "dedupe_key": text(520, unique=True),
        },
        indexes=[
            PartialIndex("email_sent", ("sent_at",), "sent_at IS NOT NULL"),
            PartialIndex("email_waiting", ("run_after", "id"), WAITS),
            PartialIndex("email_waiting_since", ("created_at",), WAITS),
        ],
    ),
    *table(
        "JobRun",
        "job_run",
        {
            "name": text(60, unique=True),
            "next_run_at": timestamp(),
        },
    ),
]
