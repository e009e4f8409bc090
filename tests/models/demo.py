"""Demo worlds as tests build them."""

from datetime import UTC, datetime
from typing import Any

from tortoise.models import Model

from server.models import (
    ApiToken,
    CustomerNote,
    EmployeeAssignment,
    Membership,
    Organisation,
    Partnership,
    Product,
    ProductAccess,
    RequestedProduct,
    User,
)

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
FILLED: dict[str, type[Model]] = {
    "organisation": Organisation,
    "user_account": User,
    "membership": Membership,
    "product": Product,
    "partnership": Partnership,
    "requested_product": RequestedProduct,
    "product_access": ProductAccess,
    "employee_assignment": EmployeeAssignment,
    "customer_note": CustomerNote,
    "api_token": ApiToken,
}

Rows = dict[str, list[dict[str, Any]]]


async def read_rows() -> Rows:
    """Every row of the world in the connected database."""
    return {table: [dict(row) for row in await model.all().order_by("id").values()] for table, model in FILLED.items()}


async def organisation_of(email: str) -> Organisation:
    return await Organisation.get(memberships__user__email=email)
