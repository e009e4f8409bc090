"""Which API tokens are refused?"""

from datetime import timedelta

import pytest

from server.domain.rights import Scope
from server.models import ApiToken, Session
from server.schema.scalars import moment_text
from tests.api.people.api_tokens import create_token, token_input
from tests.api.refusals import catch_denial, collect_refusals, not_found
from tests.rows import token

pytestmark = pytest.mark.postgres
REFUSALS = {
    "empty": ({"name": ""}, "This must not be empty.", "name"),
    "blank": ({"name": " \t\n"}, "This must not be empty.", "name"),
    "over-long": ({"name": "n" * 121}, "This must not be longer than 120 characters.", "name"),
    "a control character": ({"name": "the\x07shop"}, "This must not contain control characters.", "name"),
    "two lines": ({"name": "the\nshop"}, "This must not contain control characters.", "name"),
    "no scope": ({"scopes": []}, "Choose at least one scope.", "scopes"),
}


@pytest.mark.parametrize("why", REFUSALS)
async def test_a_token_with_a_mistake_is_refused(world, clients, why):
    given, message, field = REFUSALS[why]

    errors = await collect_refusals(clients, "createApiToken", token_input(world, **given), as_=world.cL)

    assert errors == [("VALIDATION_FAILED", message, ["input", field])]


@pytest.mark.parametrize(
    ("days", "message"),
    [(-1, "The expiry must be in the future."), (366, "A token is valid for at most one year.")],
)
async def test_a_token_that_ends_in_the_past_or_beyond_a_year_is_refused(world, clients, days, message):
    given = token_input(world, expiresAt=moment_text(world.now + timedelta(days=days)))

    errors = await collect_refusals(clients, "createApiToken", given, as_=world.cL)

    assert errors == [("VALIDATION_FAILED", message, ["input", "expiresAt"])]


async def test_all_the_mistakes_of_a_token_are_reported_at_once(world, clients):
    yesterday = moment_text(world.now - timedelta(days=1))
    everything = {"name": "", "scopes": [], "expiresAt": yesterday, "customerIds": []}
    for _ in range(50):
        await token(world.pL, [Scope.PRODUCTS_READ], [], now=world.now)

    errors = await collect_refusals(clients, "createApiToken", token_input(world, "nova", **everything), as_=world.pL)
    foreign = {"name": "two\nlines", "customerIds": [world.id("rival"), world.id("borea"), world.id("delta")]}
    others = await collect_refusals(clients, "createApiToken", token_input(world, "nova", **foreign), as_=world.pL)

    at = ["input", "customerIds"]
    full = ("TOKEN_LIMIT_REACHED", "An organisation can have at most 50 tokens. Revoke one first.", None)
    no_customer = "This organisation is not a managed customer."
    assert errors == [
        ("VALIDATION_FAILED", "This must not be empty.", ["input", "name"]),
        ("VALIDATION_FAILED", "Choose at least one scope.", ["input", "scopes"]),
        ("VALIDATION_FAILED", "Choose at least one customer, or leave this out.", at),
        ("VALIDATION_FAILED", "The expiry must be in the future.", ["input", "expiresAt"]),
        full,
    ]
    assert others == [
        ("VALIDATION_FAILED", "This must not contain control characters.", ["input", "name"]),
        ("NOT_A_CUSTOMER", no_customer, [*at, "0"]),
        ("NOT_A_CUSTOMER", no_customer, [*at, "2"]),
        full,
    ]


async def test_a_name_may_have_a_hundred_and_twenty_characters(world, clients):
    made = await create_token(world, clients, world.cL, name="é" * 120)

    assert made["apiToken"]["name"] == "é" * 120


async def test_the_fifty_first_living_token_is_refused(world, clients):
    living = await ApiToken.filter(organisation_id=world.alpina.id).count()
    for _ in range(49 - living):
        await token(world.cL, [Scope.PRODUCTS_READ], [], now=world.now)
    await token(world.cL, [Scope.PRODUCTS_READ], [], now=world.now, revoked_at=world.now)
    await token(world.cL, [Scope.PRODUCTS_READ], [], now=world.now, expires_at=world.now - timedelta(days=1))

    await create_token(world, clients, world.cL)
    errors = await collect_refusals(clients, "createApiToken", token_input(world), as_=world.cL)

    message = "An organisation can have at most 50 tokens. Revoke one first."
    assert errors == [("TOKEN_LIMIT_REACHED", message, None)]


async def test_a_customer_that_is_not_seen_is_not_found_at_its_place(world, clients):
    seen, unseen = world.id("borea"), "org_" + "0" * 32

    given = token_input(world, "nova", customerIds=[seen, unseen])

    assert await catch_denial(clients, "createApiToken", given, as_=world.pL) == not_found("input", "customerIds", "1")
    given = token_input(world, "rival", customerIds=[world.id("borea")])
    assert await catch_denial(clients, "createApiToken", given, as_=world.qL) == not_found("input", "customerIds", "0")


# Rule R23
async def test_a_token_needs_a_password_typed_recently(world, clients):
    long_ago = world.now - timedelta(days=1)
    await Session.filter(user_id=world.cL.user.id).update(password_confirmed_at=long_ago)

    assert await catch_denial(clients, "createApiToken", token_input(world), as_=world.cL) == {"code": "SUDO_REQUIRED"}
