"""Money, in the schema."""

from decimal import Decimal

import strawberry

from server.domain.money import Currency
from server.schema.enums import describe

__all__ = ["Currency", "Money"]

describe(
    Currency,
    "A currency of the price lists, as an ISO 4217 code.",
    name="CurrencyCode",
    CHF="Swiss franc.",
    EUR="Euro.",
)


@strawberry.type(description="An amount of money, excluding VAT.")
class Money:
    amount: Decimal = strawberry.field(description="The amount, with two decimal places.")
    currency: Currency = strawberry.field(description="The currency.")
