"""Whose products does a partner stop paying for, when it no longer may (S2.5, S4)? That customer's, and no others."""

from collections.abc import Callable

import pytest

from server.models import Product
from tests.api.partnerships.proposals import limited_access
from tests.clients import Clients
from tests.permissions.inputs import Input
from tests.rows import product
from tests.world import World

ENDS: dict[str, Callable[[World], Input]] = {
    "terminatePartnership": lambda world: {
        "partnershipId": world.id("complete"),
        "confirmation": "Borea",
        "reason": "OTHER",
    },
    "changeAccessType": lambda world: {"partnershipId": world.id("complete"), "access": limited_access()},
}


@pytest.mark.parametrize("mutation", ENDS)
async def test_a_partner_stops_paying_for_this_customer_only(world: World, engine_clients: Clients, mutation: str):
    paid = {
        name: await product(name, world.rows[owner], payer_id=world.rows[payer].id, auto_renew=True)
        for name, owner, payer in (
            ("by this partner", "borea", "nova"),
            ("by another partner", "borea", "rival"),
            ("of another customer", "corvo", "nova"),
        )
    }

    answer = await engine_clients.change(mutation, ENDS[mutation](world), as_=world.bL)

    assert answer.data[mutation]["userErrors"] == []
    found = {row.customer_name: (row.payer_id, row.auto_renew) for row in await Product.filter(customer_name__in=paid)}
    assert found == {
        "by this partner": (None, False),
        "by another partner": (world.rival.id, True),
        "of another customer": (world.nova.id, True),
    }
