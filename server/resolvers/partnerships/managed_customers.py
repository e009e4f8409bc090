"""Managed customers: the organisations that a partner serves, through the partnership with each."""

from enum import StrEnum

from tortoise.expressions import Q

from server.domain.rights import Right, Scope
from server.domain.viewer import Viewer
from server.models import Organisation, Partnership
from server.models.visibility.clauses import NO_ROW, serves_customer
from server.resolvers.listings import Listing, where_containing, where_equal
from server.resolvers.permissions import RightOn


class ManagedCustomerOrderField(StrEnum):
    """What a partner's customers can be ordered by."""

    NAME = "NAME"
    SINCE = "SINCE"


def _where_served(viewer: Viewer | None) -> Q:
    """The row policy of partnerships holds for these, where a token may read them."""
    return serves_customer(viewer) if viewer and viewer.has_scope(Scope.PARTNERSHIPS_READ) else NO_ROW


MANAGED_CUSTOMERS = Listing(
    name="managed customers",
    model=Partnership,
    parent="partner_id",
    orders={
        ManagedCustomerOrderField.NAME: "customer_name_key",
        ManagedCustomerOrderField.SINCE: "activated_at",
    },
    moments=frozenset({"activated_at"}),
    always=_where_served,
    is_stricter=True,
    filters={
        "access_type": where_equal("access_type"),
        "payment_mode": where_equal("payment_mode"),
        "search": where_containing("customer_name_key"),
    },
)

MAY_VIEW_MANAGED_CUSTOMERS = (RightOn(Right.VIEW_MANAGED_CUSTOMERS, Organisation),)
