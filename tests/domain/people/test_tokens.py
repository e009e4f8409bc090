"""Is a real API token distinguished from every mistyped one, and does it end when it should?"""

import hashlib
import string
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.domain.people.tokens import (
    PREFIX,
    check_number_of_tokens,
    check_restriction,
    check_scopes,
    is_alive,
    is_well_formed,
    new_token,
    token_digest,
    token_expiry,
)
from server.domain.rights import Scope
from tests.domain.refusals import refusals

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
SECRET = "rsl_pat_0Az1By2Cx3Dw4Ev5Fu6Gt7Hs8Ir9Jq0lPTq7"
NOW = datetime(2026, 2, 28, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
ALPINA, BOREA, FOREIGN = (UUID(int=place) for place in range(1, 4))


def test_a_token_is_its_prefix_thirty_characters_and_a_checksum_of_six():
    secret = new_token()

    assert PREFIX == "rsl_pat_"
    assert secret.startswith(PREFIX)
    assert len(secret) == 8 + 30 + 6
    assert set(secret.removeprefix(PREFIX)) <= set(BASE62)


def test_each_token_is_another():
    assert len({new_token() for _ in range(100)}) == 100


def test_tokens_given_out_years_ago_stay_well_formed():
    assert is_well_formed(SECRET)
    assert is_well_formed("rsl_pat_0000000000000000000000000000003tOJ41")


@settings(deadline=None)
@given(some.text(BASE62, min_size=30, max_size=30))
def test_every_new_token_is_well_formed(characters):
    chosen = iter(characters)

    secret = new_token(lambda alphabet: next(chosen))

    assert secret[8:38] == characters
    assert is_well_formed(secret)


def test_a_token_with_one_wrong_character_is_refused():
    mistyped = [
        SECRET[:place] + character + SECRET[place + 1 :]
        for place in range(len(SECRET))
        for character in BASE62 + "_- \n"
        if character != SECRET[place]
    ]

    assert len(mistyped) == 44 * 65
    assert [secret for secret in mistyped if is_well_formed(secret)] == []


def test_a_token_with_two_neighbours_swapped_is_refused():
    swapped = [
        SECRET[:place] + SECRET[place + 1] + SECRET[place] + SECRET[place + 2 :] for place in range(len(SECRET) - 1)
    ]

    assert SECRET not in swapped
    assert [secret for secret in swapped if is_well_formed(secret)] == []


@pytest.mark.parametrize(
    "secret",
    [
        "",
        PREFIX,
        PREFIX + "0" * 36,
        SECRET[:-1],
        SECRET[1:],
        SECRET + "0",
        SECRET + "\n",
        " " + SECRET,
        SECRET.removeprefix(PREFIX),
        SECRET.upper(),
        SECRET.lower(),
        SECRET.swapcase(),
        "rsl_pat-" + SECRET[8:],
        "ghp_" + SECRET[4:],
        PREFIX + PREFIX + SECRET[8:],
        SECRET[:20] + "é" + SECRET[21:],
        SECRET[:20] + "٣" + SECRET[21:],
        SECRET[:-1] + "\ud800",
        "\uff52" + SECRET[1:],
        "x" * 1_000_000,
        PREFIX + "0" * 1_000_000,
    ],
    ids=lambda secret: ascii(secret[:50]),
)
def test_a_text_that_is_not_a_token_is_refused(secret):
    assert is_well_formed(secret) is False


def test_only_the_digest_of_a_token_is_stored():
    assert token_digest(SECRET) == hashlib.sha256(SECRET.encode("ascii")).hexdigest()
    assert token_digest(SECRET) != token_digest(SECRET[:-1] + "0")


# Rule Q7
@pytest.mark.parametrize(
    ("asked", "expires_at"),
    [
        (None, NOW + 90 * DAY),
        (NOW + INSTANT, NOW + INSTANT),
        (NOW + DAY, NOW + DAY),
        (NOW + YEAR - INSTANT, NOW + YEAR - INSTANT),
        (NOW + YEAR, NOW + YEAR),
        (datetime.fromisoformat("2026-02-28T13:00:01+01:00"), NOW + timedelta(seconds=1)),
    ],
)
def test_a_token_lives_as_long_as_asked_and_for_ninety_days_otherwise(asked, expires_at):
    assert token_expiry(asked, NOW) == expires_at


# Rule Q7
@pytest.mark.parametrize(
    "asked",
    [
        NOW,
        NOW - INSTANT,
        NOW - YEAR,
        datetime.min.replace(tzinfo=UTC),
        datetime.fromisoformat("2026-02-28T13:00:00+01:00"),
        NOW + YEAR + INSTANT,
        NOW + 10 * YEAR,
        datetime.max.replace(tzinfo=UTC),
    ],
)
def test_a_token_ends_neither_in_the_past_nor_after_more_than_a_year(asked):
    assert refusals(token_expiry, asked, NOW) == [("VALIDATION_FAILED", "expires_at")]


# Rule R23
@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "last_used_at", "created_at", "alive"),
    [
        (NOW + DAY, None, None, NOW, True),
        (NOW + DAY, None, NOW, NOW - DAY, True),
        # The end is half open: its instant is outside.
        (NOW + INSTANT, None, NOW, NOW - DAY, True),
        (NOW, None, NOW, NOW - DAY, False),
        (NOW - INSTANT, None, NOW, NOW - DAY, False),
        # Never used: a year from its creation.
        (NOW + DAY, None, None, NOW - YEAR + INSTANT, True),
        (NOW + DAY, None, None, NOW - YEAR, False),
        (NOW + DAY, None, None, NOW - YEAR - INSTANT, False),
        # Used: a year from the last use, however old.
        (NOW + DAY, None, NOW - YEAR + INSTANT, NOW - 2 * YEAR, True),
        (NOW + DAY, None, NOW - YEAR, NOW - 2 * YEAR, False),
        (NOW + DAY, None, NOW - YEAR - INSTANT, NOW - 2 * YEAR, False),
        # Revoked: at once and permanently.
        (NOW + DAY, NOW, NOW, NOW - DAY, False),
        (NOW + DAY, NOW - DAY, None, NOW - DAY, False),
        (NOW + DAY, NOW + DAY, NOW, NOW - DAY, False),
    ],
)
def test_a_token_is_alive_until_it_ends_is_revoked_or_lies_unused(
    expires_at, revoked_at, last_used_at, created_at, alive
):
    assert is_alive(expires_at, revoked_at, last_used_at, created_at, NOW) is alive


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        ([], [("VALIDATION_FAILED", "scopes")]),
        ([Scope.PRODUCTS_READ], []),
        (list(Scope), []),
    ],
)
def test_a_token_has_at_least_one_scope(scopes, expected):
    assert refusals(check_scopes, scopes) == expected


# Rule Q7
@pytest.mark.parametrize(
    ("living", "expected"),
    [
        (0, []),
        (49, []),
        (50, [("TOKEN_LIMIT_REACHED", "")]),
        (51, [("TOKEN_LIMIT_REACHED", "")]),
    ],
)
def test_an_organisation_has_fifty_tokens_at_most(living, expected):
    assert refusals(check_number_of_tokens, living) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([ALPINA], []),
        ([BOREA, ALPINA], []),
        ([ALPINA, ALPINA], []),
        ([], [("VALIDATION_FAILED", "customer_ids")]),
        ([FOREIGN], [("NOT_A_CUSTOMER", "customer_ids.0")]),
        ([ALPINA, FOREIGN], [("NOT_A_CUSTOMER", "customer_ids.1")]),
        (
            [FOREIGN, ALPINA, FOREIGN],
            [("NOT_A_CUSTOMER", "customer_ids.0"), ("NOT_A_CUSTOMER", "customer_ids.2")],
        ),
    ],
)
def test_a_restricted_token_is_only_for_managed_customers(wanted, expected):
    assert refusals(check_restriction, wanted, {ALPINA, BOREA}) == expected


def test_a_partner_that_manages_nobody_restricts_a_token_to_nobody():
    assert refusals(check_restriction, [ALPINA], set()) == [("NOT_A_CUSTOMER", "customer_ids.0")]
    assert refusals(check_restriction, [], set()) == [("VALIDATION_FAILED", "customer_ids")]
