"""Does every mutation that changes a partnership leave receipts, and no other?"""

from typing import Any
from uuid import UUID

import pytest

from server.models import Partnership, ProductAccess
from tests.api.partnerships.receipts import chains, newer
from tests.clients import Clients
from tests.permissions.inputs import prepare, ways
from tests.permissions.walks import SCHEMA
from tests.world import World

pytestmark = pytest.mark.postgres

RECEIPTED = {
    "invitePartner": ["partnership.invited"],
    "requestCustomer": ["partnership.requested"],
    "acceptInvitation": ["partnership.accepted"],
    "acceptRequest": ["partnership.accepted"],
    "acceptCustomerInvitation": ["partnership.accepted", "partnership.terminated"],
    "declineInvitation": ["partnership.declined"],
    "declineRequest": ["partnership.declined"],
    "cancelInvitation": ["partnership.cancelled"],
    "resendInvitation": ["partnership.resent"],
    "changeAccessType": ["partnership.accessTypeChanged", "partnership.terminated"],
    "changePaymentMode": ["partnership.paymentModeChanged"],
    "setPartnershipDates": ["partnership.datesSet"],
    "grantAccessChange": ["access.granted"],
    "grantProductAccess": ["access.granted"],
    "changeProductAccess": ["access.rightsChanged"],
    "changeProductAccesses": ["access.rightsChanged"],
    "revokeProductAccess": ["access.revoked"],
    "revokeProductAccesses": ["access.revoked"],
    "suspendPartnership": ["partnership.suspended"],
    "resumePartnership": ["partnership.resumed"],
    "terminatePartnership": ["partnership.terminated"],
    "terminateProduct": ["access.revoked"],
}
"""What is receipted by each mutation; by all others nothing."""


async def agreed_terms() -> dict[UUID, Any]:
    """What holds between the two sides, by partnership."""
    found: dict[UUID, Any] = {}
    columns = ("access_type", "payment_mode", "status", "answer_by", "expires_at", "review_at")
    for id, *terms in await Partnership.all().values_list("id", *columns):
        accesses = ProductAccess.filter(partnership_id=id, revoked_at__isnull=True).order_by("product_id")
        found[id] = [*terms, await accesses.values_list("product_id", "rights")]
    return found


# Rule D17
@pytest.mark.parametrize("mutation", sorted(SCHEMA.mutation_type.fields))
async def test_every_mutation_that_changes_a_partnership_leaves_a_receipt(
    world: World, clients: Clients, mutation: str
):
    who, input = ways(world, mutation)[0]
    await prepare(world, mutation, input)
    before, kept_before = await agreed_terms(), await chains()

    answer = await clients.change(mutation, input, as_=who)

    assert answer.json["data"][mutation]["userErrors"] == []
    written = newer(kept_before, await chains())
    assert set(written) == {id for id, terms in (await agreed_terms()).items() if terms != before.get(id)}
    assert sorted(what for whats in written.values() for what in whats) == RECEIPTED.get(mutation, [])
