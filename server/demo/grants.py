"""Product accesses of the demo's limited partners, and their rights."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.demo.partnerships import Agreement
from server.demo.seed import row_ids
from server.domain.partnerships.partnerships import AccessType
from server.domain.partnerships.product_accesses import product_rights
from server.domain.rights import ProductRight
from server.models import ProductAccess, RequestedProduct

_RIGHTS: Final = (tuple(ProductRight), (ProductRight.TECHNICAL,), (ProductRight.STATISTICS,))
_WITHDRAWN: Final = 3
_WITHDRAWN_AFTER: Final = timedelta(days=20)


@dataclass(frozen=True, slots=True)
class Holding:
    """A customer's product, as far as a partnership refers to it."""

    id: UUID
    service_name: str


class Grants:
    """Writes the products that customers offer to limited partners. `holdings` are each customer's products in turn."""

    def __init__(self, holdings: Mapping[UUID, Sequence[Holding]], signatories: Mapping[UUID, UUID]) -> None:
        self._holdings = holdings
        self._signatories = signatories
        self._requested_ids = row_ids("requested_product")
        self._access_ids = row_ids("product_access")

    def requested_products(self, agreement: Agreement) -> Iterator[RequestedProduct]:
        """The products that the invitation named. None for complete access."""
        for turn, holding in self._shared_holdings(agreement):
            yield RequestedProduct(
                id=next(self._requested_ids),
                created_at=agreement.partnership.created_at,
                partnership_id=agreement.partnership.id,
                product_id=holding.id,
                service_name=holding.service_name,
                rights=_rights(agreement, turn),
            )

    def accesses(self, agreement: Agreement) -> Iterator[ProductAccess]:
        """The accesses granted when the invitation was accepted, and sometimes one more that was revoked."""
        granted_at = agreement.partnership.activated_at
        if granted_at is None:
            return
        for turn, holding in self._shared_holdings(agreement):
            yield self._build_access(agreement, turn, holding, granted_at, agreement.partnership.ended_at)
        if agreement.terms.access_type is AccessType.LIMITED and agreement.customer.slot % 8 == 0:
            holding = self._holdings[agreement.customer.id][_WITHDRAWN]
            yield self._build_access(agreement, _WITHDRAWN, holding, granted_at, granted_at + _WITHDRAWN_AFTER)

    def _build_access(
        self, agreement: Agreement, turn: int, holding: Holding, granted_at: datetime, revoked_at: datetime | None
    ) -> ProductAccess:
        return ProductAccess(
            id=next(self._access_ids),
            created_at=granted_at,
            updated_at=revoked_at or granted_at,
            version=2 if revoked_at else 1,
            partnership_id=agreement.partnership.id,
            product_id=holding.id,
            rights=_rights(agreement, turn),
            granted_by_id=self._signatories[agreement.customer.id],
            granted_at=granted_at,
            revoked_at=revoked_at,
        )

    def _shared_holdings(self, agreement: Agreement) -> Iterator[tuple[int, Holding]]:
        if agreement.terms.access_type is AccessType.COMPLETE:
            return
        for turn, holding in enumerate(self._holdings[agreement.customer.id]):
            if agreement.terms.shares(turn):
                yield turn, holding


def _rights(agreement: Agreement, turn: int) -> list[ProductRight]:
    return product_rights(_RIGHTS[(agreement.customer.slot + turn) % len(_RIGHTS)], ())
