"""Agreements between the demo's customers and partners, and their terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode

LARGE, FIRST, SECOND = range(3)
"""The large partner, and two different others."""

_ACTIVE, _SUSPENDED = PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED
_INVITED, _DECLINED = PartnershipStatus.INVITED, PartnershipStatus.DECLINED
_CANCELLED, _EXPIRED = PartnershipStatus.CANCELLED, PartnershipStatus.EXPIRED
_TERMINATED = PartnershipStatus.TERMINATED
_CUSTOMER_PAYS, _PARTNER_PAYS = PaymentMode.CUSTOMER, PaymentMode.PARTNER
_FOR_THE_FIRST, _FOR_THE_SECOND, _FREE = frozenset({0, 1}), frozenset({2}), frozenset({3})
"""Of every four products: which go to one partner, which to another one, and which to nobody."""


@dataclass(frozen=True)
class Terms:
    """One partnership of a customer. `partner` is `LARGE`, `FIRST` or `SECOND`."""

    partner: int
    status: PartnershipStatus
    payment_mode: PaymentMode | None = None

    @property
    def access_type(self) -> AccessType:
        return AccessType.COMPLETE if self.payment_mode else AccessType.LIMITED

    @property
    def is_paid_by_partner(self) -> bool:
        return self.payment_mode is PaymentMode.PARTNER

    @property
    def was_accepted(self) -> bool:
        return self.status in {_ACTIVE, _SUSPENDED, _TERMINATED}

    def shares(self, turn: int) -> bool:
        """Whether a limited partnership covers the customer's product of this number.

        Partners of the same customer get different products (C3); an open invitation gets those that nobody has.
        """
        if not self.was_accepted:
            return turn % 4 in _FREE
        return turn % 4 in (_FOR_THE_SECOND if self.partner == SECOND else _FOR_THE_FIRST)


TERMS: Final[Mapping[int, tuple[Terms, ...]]] = {
    # Every fourth customer works with the large partner. Claire is number 0 and can still invite another.
    0: (Terms(LARGE, _ACTIVE), Terms(SECOND, _TERMINATED, _CUSTOMER_PAYS)),
    4: (Terms(LARGE, _ACTIVE, _CUSTOMER_PAYS),),
    8: (Terms(LARGE, _ACTIVE, _PARTNER_PAYS), Terms(FIRST, _TERMINATED)),
    12: (Terms(LARGE, _ACTIVE),),
    16: (Terms(LARGE, _ACTIVE), Terms(SECOND, _ACTIVE)),
    20: (Terms(LARGE, _ACTIVE, _PARTNER_PAYS),),
    24: (Terms(LARGE, _ACTIVE), Terms(FIRST, _INVITED)),
    28: (Terms(LARGE, _ACTIVE, _CUSTOMER_PAYS),),
    32: (Terms(LARGE, _ACTIVE),),
    36: (Terms(LARGE, _ACTIVE, _PARTNER_PAYS),),
    # Invitations that the large partner has not answered yet.
    6: (Terms(LARGE, _INVITED),),
    7: (Terms(LARGE, _INVITED, _CUSTOMER_PAYS),),
    22: (Terms(LARGE, _INVITED, _PARTNER_PAYS), Terms(FIRST, _TERMINATED, _PARTNER_PAYS)),
    25: (Terms(LARGE, _INVITED), Terms(SECOND, _ACTIVE)),
    # Customers of the others.
    1: (Terms(FIRST, _ACTIVE, _CUSTOMER_PAYS),),
    2: (Terms(FIRST, _ACTIVE),),
    3: (Terms(FIRST, _ACTIVE, _PARTNER_PAYS), Terms(LARGE, _TERMINATED, _PARTNER_PAYS)),
    5: (Terms(FIRST, _ACTIVE), Terms(SECOND, _ACTIVE)),
    9: (Terms(FIRST, _TERMINATED), Terms(SECOND, _ACTIVE)),
    11: (Terms(FIRST, _ACTIVE), Terms(SECOND, _INVITED)),
    13: (Terms(FIRST, _ACTIVE, _CUSTOMER_PAYS), Terms(SECOND, _DECLINED)),
    14: (Terms(FIRST, _DECLINED, _CUSTOMER_PAYS), Terms(SECOND, _INVITED, _CUSTOMER_PAYS)),
    15: (Terms(FIRST, _CANCELLED),),
    17: (Terms(FIRST, _EXPIRED, _PARTNER_PAYS), Terms(SECOND, _ACTIVE, _PARTNER_PAYS)),
    18: (Terms(FIRST, _SUSPENDED, _CUSTOMER_PAYS),),
    19: (Terms(FIRST, _TERMINATED, _CUSTOMER_PAYS),),
    21: (Terms(FIRST, _ACTIVE),),
    23: (Terms(FIRST, _ACTIVE, _PARTNER_PAYS),),
    27: (Terms(SECOND, _INVITED),),
    29: (Terms(FIRST, _ACTIVE), Terms(LARGE, _DECLINED)),
    31: (Terms(FIRST, _ACTIVE, _CUSTOMER_PAYS), Terms(SECOND, _TERMINATED)),
    33: (Terms(FIRST, _SUSPENDED),),
    35: (Terms(FIRST, _ACTIVE), Terms(SECOND, _ACTIVE), Terms(LARGE, _TERMINATED)),
    37: (Terms(SECOND, _TERMINATED, _PARTNER_PAYS), Terms(FIRST, _ACTIVE)),
    39: (Terms(FIRST, _ACTIVE, _PARTNER_PAYS),),
}
"""By the customer's position among forty. The others have no partner."""
