"""Who acted, and who is notified? By way of the mutations that announce it; test_recipients.py has every topic."""

import pytest

from server.mail.rendering import render_email
from server.outbox import Outbox
from server.settings import Settings
from tests.clients import Clients
from tests.mail.events import address, announce_in
from tests.mail.topics import expand
from tests.world import World

pytestmark = pytest.mark.postgres


async def test_the_words_say_who_acted(world: World, settings: Settings):
    found = dict[str, str]()
    for by in ("CUSTOMER", "PARTNER"):
        for email in await expand(settings, await announce_in(world, "access.product_removed", by=by)):
            found[email.address] = render_email(email.template, "en_GB", email.name, email.variables).subject

    assert found == {
        address(world, "pE"): "Alpina has withdrawn access to a product",
        address(world, "pL"): "Alpina has withdrawn access to a product",
        address(world, "cL"): "Nova has given up its access to a product",
    }


@pytest.mark.parametrize(
    ("who", "template", "told"),
    [("pA", "access.product_given_back", ["cL"]), ("cL", "access.product_removed", ["pE", "pL"])],
)
async def test_the_customer_is_notified_of_a_product_that_is_given_back_and_one_that_is_taken_to_the_partner(
    world: World, clients: Clients, settings: Settings, who: str, template: str, told: list[str]
):
    answer = await clients.change(
        "revokeProductAccess", {"productAccessId": world.id("access")}, as_=getattr(world, who)
    )

    assert answer.data["revokeProductAccess"]["userErrors"] == []
    assert await emails_of(settings) == {template: [address(world, name) for name in told]}


async def test_a_limited_partner_hears_that_a_product_ended_and_not_that_it_was_taken_back(
    world: World, clients: Clients, settings: Settings
):
    input = {"productId": world.id("granted"), "confirmation": "granted"}

    answer = await clients.change("terminateProduct", input, as_=world.cL)

    assert answer.data["terminateProduct"]["userErrors"] == []
    assert await emails_of(settings) == {"product.terminated": [address(world, "pE"), address(world, "pL")]}


async def test_a_leader_hears_that_a_member_left(world: World, clients: Clients, settings: Settings):
    answer = await clients.change("leaveOrganisation", {"organisationId": world.id("alpina")}, as_=world.cX)

    assert answer.data["leaveOrganisation"]["userErrors"] == []
    told = await emails_of(settings)
    assert told["member.left"] == sorted(address(world, name) for name in ("cA", "cL"))
    assert told["member.removed"] == [address(world, "cX")]


async def emails_of(settings: Settings) -> dict[str, list[str]]:
    """All that the events became, by template."""
    from server.models import EmailMessage, OutboxMessage

    outbox, newest = Outbox(settings), (await OutboxMessage.all().order_by("-run_after").first()).run_after
    while await outbox.expand_next(newest):
        pass
    found = dict[str, list[str]]()
    for email in await EmailMessage.all().order_by("template", "address"):
        found.setdefault(email.template, []).append(email.address)
    return found
