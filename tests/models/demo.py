"""Demo worlds as tests build them."""

from datetime import UTC, datetime

from server.models import (
    Organisation,
)

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


async def organisation_of(email: str) -> Organisation:
    return await Organisation.get(memberships__user__email=email)
