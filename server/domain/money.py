"""Money: amounts in minor units, with a currency."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Currency(StrEnum):
    """The currencies of the price lists."""

    CHF = "CHF"
    EUR = "EUR"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (rappen, cents), never a float."""

    amount_minor: int
    currency: Currency

    @property
    def amount(self) -> Decimal:
        """The amount in francs or euros, with two decimals."""
        return Decimal(self.amount_minor).scaleb(-2)
