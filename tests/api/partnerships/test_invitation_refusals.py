"""Which invitations are refused, and with which words?"""

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode
from server.domain.people.organisations import PartnerStatus
from server.models import Organisation, Partnership
from tests.api.partnerships.invitations import (
    COMPLETE_EXISTS,
    ELSEWHERE,
    LIMITED_EXISTS,
    OWNED,
    TEXTS,
    complete,
    every_text,
    invite,
    join,
    limited_access,
    newcomer,
)
from tests.api.refusals import catch_denial, check_id, collect_refusals, not_found
from tests.clients import Clients
from tests.rows import partnership
from tests.snapshots import snapshot
from tests.world import World

pytestmark = pytest.mark.postgres
TWICE = "There is already a partnership or an open invitation with this partner."
SELF = "An organisation cannot be its own partner."
NOT_APPROVED = "This organisation is not an approved partner."
AT_PARTNER = ["input", "partnerId"]
AT_ACCESS = ["input", "access"]
AT_PRODUCTS = ["input", "access", "limited", "products"]


# Rule E11
async def test_an_organisation_does_not_invite_itself(world: World, clients: Clients):
    customer = await newcomer(world)
    oneself = customer.offer(world, complete()) | {"partnerId": customer.id}
    partner = {"customerId": world.id("nova"), "partnerId": world.id("nova"), "access": complete()}

    expected = [("SELF_PARTNERSHIP", SELF, AT_PARTNER)]
    assert await collect_refusals(clients, "invitePartner", oneself, as_=customer.owner) == expected
    assert await collect_refusals(clients, "invitePartner", partner, as_=world.pL) == expected


async def test_a_refusal_speaks_french(world: World, clients: Clients):
    oneself = {"customerId": world.id("nova"), "partnerId": world.id("nova"), "access": complete()}
    before = await snapshot()

    answer = await clients.change(
        "invitePartner", oneself, as_=world.pL, headers={"Accept-Language": "fr-CH, en;q=0.5"}
    )

    (error,) = answer.data["invitePartner"]["userErrors"]
    message = "Une organisation ne peut pas être son propre partenaire."
    assert error == {"code": "SELF_PARTNERSHIP", "message": message, "field": AT_PARTNER}
    assert await snapshot() == before


async def test_an_organisation_that_is_not_a_partner_is_not_invited(world: World, clients: Clients):
    customer = await newcomer(world)
    await join(customer.owner, world.borea)

    answer = await collect_refusals(
        clients, "invitePartner", customer.offer(world, complete(), "borea"), as_=customer.owner
    )

    assert answer == [("PARTNER_NOT_APPROVED", NOT_APPROVED, AT_PARTNER)]


@pytest.mark.parametrize("status", [PartnerStatus.SUSPENDED, PartnerStatus.REVOKED, PartnerStatus.LEFT])
async def test_a_partner_that_wins_no_new_customers_is_not_invited(
    world: World, clients: Clients, status: PartnerStatus
):
    customer = await newcomer(world)
    await partnership(customer.row, world.rival, status=PartnershipStatus.TERMINATED, now=world.now)
    await Organisation.filter(id=world.rival.id).update(partner_status=status)

    known = await collect_refusals(
        clients, "invitePartner", customer.offer(world, complete(), "rival"), as_=customer.owner
    )
    await Partnership.filter(customer_id=customer.row.id).delete()
    unknown = await catch_denial(
        clients, "invitePartner", customer.offer(world, complete(), "rival"), as_=customer.owner
    )

    assert known == [("PARTNER_NOT_APPROVED", NOT_APPROVED, AT_PARTNER)]
    assert unknown == not_found("input", "partnerId")


# Rule C1
async def test_a_partner_is_invited_once(world: World, clients: Clients):
    customer = await newcomer(world)
    offered = customer.offer(world, limited_access((customer.shop_id, ["TECHNICAL"])))
    await invite(clients, offered, customer.owner)

    for again in (offered, customer.offer(world, complete())):
        answer = await collect_refusals(clients, "invitePartner", again, as_=customer.owner)

        assert answer == [("PARTNERSHIP_EXISTS", TWICE, AT_PARTNER)]


@pytest.mark.parametrize("status", [PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED])
async def test_a_partner_that_manages_already_is_not_invited(world: World, clients: Clients, status: PartnershipStatus):
    await Partnership.filter(id=world.limited.id).update(status=status)
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("nova"),
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }

    answer = await collect_refusals(clients, "invitePartner", input, as_=world.cL)

    assert answer == [("PARTNERSHIP_EXISTS", TWICE, AT_PARTNER)]


PAST = ("DECLINED", "CANCELLED", "EXPIRED", "TERMINATED")


@pytest.mark.parametrize("status", PAST)
async def test_a_past_partner_may_be_invited_again(world: World, clients: Clients, status: str):
    customer = await newcomer(world)
    await partnership(customer.row, world.nova, PaymentMode.PARTNER, status=PartnershipStatus(status), now=world.now)

    answer = await invite(clients, customer.offer(world, complete()), customer.owner)

    assert answer.data["invitePartner"]["partnership"]["status"] == "INVITED"


# Rules E1, C2, Q1
async def test_nobody_is_invited_next_to_a_complete_partner(world: World, clients: Clients):
    offers = (complete(), limited_access((world.id("borean"), ["TECHNICAL"])))
    for access in offers:
        input = {"customerId": world.id("borea"), "partnerId": world.id("rival"), "access": access}

        answer = await collect_refusals(clients, "invitePartner", input, as_=world.bL)

        assert answer == [("COMPLETE_PARTNER_EXISTS", COMPLETE_EXISTS, AT_ACCESS)]


# Rule C4
async def test_next_to_limited_partners_nobody_is_invited_for_everything(world: World, clients: Clients):
    input = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": complete()}

    answer = await collect_refusals(clients, "invitePartner", input, as_=world.cL)

    assert answer == [("LIMITED_PARTNER_EXISTS", LIMITED_EXISTS, AT_ACCESS)]


async def test_everything_wrong_is_reported_at_once(world: World, clients: Clients):
    existing = {"customerId": world.id("alpina"), "partnerId": world.id("nova"), "access": complete()}
    oneself = {"customerId": world.id("borea"), "partnerId": world.id("borea"), "access": complete()}

    assert await collect_refusals(clients, "invitePartner", existing, as_=world.cL) == [
        ("PARTNERSHIP_EXISTS", TWICE, AT_PARTNER),
        ("LIMITED_PARTNER_EXISTS", LIMITED_EXISTS, AT_ACCESS),
    ]
    assert await collect_refusals(clients, "invitePartner", oneself, as_=world.bL) == [
        ("SELF_PARTNERSHIP", SELF, AT_PARTNER),
        ("COMPLETE_PARTNER_EXISTS", COMPLETE_EXISTS, AT_ACCESS),
    ]


async def test_a_wrong_partner_wrong_products_and_a_wrong_message_are_reported_at_once(world: World, clients: Clients):
    customer = await newcomer(world)
    oneself = customer.offer(world, limited_access(), message="x" * 1_001) | {"partnerId": customer.id}

    assert await collect_refusals(clients, "invitePartner", oneself, as_=customer.owner) == [
        ("SELF_PARTNERSHIP", SELF, AT_PARTNER),
        ("VALIDATION_FAILED", "Choose 1 to 100 products.", AT_PRODUCTS),
        ("VALIDATION_FAILED", "This must not be longer than 1000 characters.", ["input", "message"]),
    ]


async def test_each_product_that_cannot_be_offered_is_named_at_its_place(world: World, clients: Clients):
    await join(world.cL, world.borea)
    both_wrong, kept = (world.id("granted"), []), (world.id("kept"), ["TECHNICAL"])
    foreign, again = (world.id("borean"), ["TECHNICAL"]), (world.id("granted"), ["STATISTICS"])
    offered = limited_access(both_wrong, kept, foreign, again)
    input = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": offered}

    assert await collect_refusals(clients, "invitePartner", input, as_=world.cL) == [
        ("VALIDATION_FAILED", "List each product only once.", AT_PRODUCTS),
        ("VALIDATION_FAILED", "Choose at least one right.", [*AT_PRODUCTS, "0", "rights"]),
        ("PRODUCT_NOT_OWNED", OWNED, [*AT_PRODUCTS, "2", "productId"]),
    ]


async def test_nobody_offers_what_belongs_to_somebody_else(world: World, clients: Clients):
    customer = await newcomer(world)
    await join(customer.owner, world.borea)
    offered = limited_access((customer.shop_id, ["TECHNICAL"]), (world.id("borean"), ["TECHNICAL"]))

    answer = await collect_refusals(clients, "invitePartner", customer.offer(world, offered), as_=customer.owner)

    assert answer == [("PRODUCT_NOT_OWNED", OWNED, [*AT_PRODUCTS, "1", "productId"])]


# Rule E2
async def test_a_managed_product_is_offered_to_another_with_a_warning(world: World, clients: Clients):
    offered = limited_access((world.id("kept"), ["TECHNICAL"]), (world.id("granted"), ["STATISTICS"]))
    input = {"customerId": world.id("alpina"), "partnerId": world.id("third"), "access": offered}
    warned = "partnership { status } warnings { code message field } userErrors { code }"

    answer = await clients.change("invitePartner", input, warned, as_=world.cL)

    assert answer.data["invitePartner"] == {
        "partnership": {"status": "INVITED"},
        "warnings": [
            {"code": "PRODUCT_ALREADY_MANAGED", "message": ELSEWHERE, "field": [*AT_PRODUCTS, "1", "productId"]}
        ],
        "userErrors": [],
    }


async def test_a_product_taken_back_may_be_offered_again(world: World, clients: Clients):
    await clients.change("revokeProductAccess", {"productAccessId": world.id("access")}, as_=world.cL)
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("granted"), ["TECHNICAL"])),
    }

    answer = await invite(clients, input, world.cL)

    (requested,) = answer.data["invitePartner"]["partnership"]["requestedProducts"]
    assert requested["product"] == {"id": world.id("granted")}


async def test_an_offer_names_each_of_its_products_once(world: World, clients: Clients):
    customer = await newcomer(world)
    shop, blog = (customer.shop_id, ["TECHNICAL"]), (customer.blog_id, ["TECHNICAL"])
    offered = limited_access(shop, blog, (customer.shop_id, ["STATISTICS"]))

    answer = await collect_refusals(clients, "invitePartner", customer.offer(world, offered), as_=customer.owner)

    assert answer == [("VALIDATION_FAILED", "List each product only once.", AT_PRODUCTS)]


async def test_an_offer_has_at_least_one_product(world: World, clients: Clients):
    customer = await newcomer(world)

    answer = await collect_refusals(
        clients, "invitePartner", customer.offer(world, limited_access()), as_=customer.owner
    )

    assert answer == [("VALIDATION_FAILED", "Choose 1 to 100 products.", AT_PRODUCTS)]


async def test_an_offer_has_at_most_a_hundred_products(world: World, clients: Clients):
    customer = await newcomer(world)
    offered = limited_access(*[(customer.shop_id, ["TECHNICAL"])] * 101)

    answer = await catch_denial(clients, "invitePartner", customer.offer(world, offered), as_=customer.owner)

    assert answer == {"code": "BAD_USER_INPUT", "field": AT_PRODUCTS}


async def test_an_offer_says_what_the_partner_may_do(world: World, clients: Clients):
    customer = await newcomer(world)
    offered = limited_access((customer.shop_id, ["TECHNICAL"]), (customer.blog_id, []))

    answer = await collect_refusals(clients, "invitePartner", customer.offer(world, offered), as_=customer.owner)

    assert answer == [("VALIDATION_FAILED", "Choose at least one right.", [*AT_PRODUCTS, "1", "rights"])]


@every_text
async def test_a_message_that_cannot_be_stored_is_refused(world: World, clients: Clients, what: str):
    customer = await newcomer(world)
    message, why = TEXTS[what]

    answer = await collect_refusals(
        clients, "invitePartner", customer.offer(world, complete(), message=message), as_=customer.owner
    )

    assert answer == [("VALIDATION_FAILED", why, ["input", "message"])]


async def test_an_invitation_takes_no_other_ids(world: World, clients: Clients):
    input = {
        "customerId": world.id("alpina"),
        "partnerId": world.id("third"),
        "access": limited_access((world.id("kept"), ["TECHNICAL"])),
    }
    product_path = ("access", "limited", "products", "0", "productId")

    await check_id(clients, "invitePartner", input, "customerId", foreign=world.borea, as_=world.cL)
    await check_id(clients, "invitePartner", input, "partnerId", foreign=world.borea, as_=world.cL)
    await check_id(clients, "invitePartner", input, *product_path, foreign=world.borean, as_=world.cL)
