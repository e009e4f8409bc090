"""API tokens: their form, lifetime and limits.

A token is `rsl_pat_`, 30 random base62 characters (178 bits) and 6 of CRC32, so that a mistyped or invented token is
refused without a query, and secret scanners can recognise a real one.
"""

import hashlib
import secrets
import string
import zlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.limits import check_limit
from server.domain.people.error_codes import PeopleCode
from server.domain.rights import Scope

PREFIX: Final = "rsl_pat_"
DEFAULT_LIFETIME: Final = timedelta(days=90)
LONGEST_LIFETIME: Final = timedelta(days=365)
UNUSED_LIFETIME: Final = timedelta(days=365)
MAX_TOKENS_PER_ORGANISATION: Final = 50
MAX_TOKEN_NAME_CHARACTERS: Final = 120

_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LENGTH: Final = 30
_CHECKSUM_LENGTH: Final = 6


def new_token(choose: Callable[[str], str] = secrets.choice) -> str:
    """A new token in full. It is shown once and stored only as its digest.

    `choose` picks a character. Only the demo world passes another one, so that its token stays the same.
    """
    body = PREFIX + "".join(choose(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    return body + _checksum(body)


def is_well_formed(secret: str) -> bool:
    """Whether prefix, length and checksum are valid. False for any mistyped token."""
    if not secret.startswith(PREFIX) or not secret.isascii():
        return False
    body, checksum = secret[:-_CHECKSUM_LENGTH], secret[-_CHECKSUM_LENGTH:]
    return len(body) == len(PREFIX) + _RANDOM_LENGTH and _checksum(body) == checksum


def token_digest(secret: str) -> str:
    """The stored digest: SHA-256, which is enough for a secret of 178 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_expiry(asked: datetime | None, now: datetime) -> datetime:
    """When a token expires: by default after 90 days, at most after a year."""
    if asked is None:
        return now + DEFAULT_LIFETIME
    if asked <= now:
        raise _expiry_refusal(N_("The expiry must be in the future."))
    if asked > now + LONGEST_LIFETIME:
        raise _expiry_refusal(N_("A token is valid for at most one year."))
    return asked


def is_alive(
    expires_at: datetime,
    revoked_at: datetime | None,
    last_used_at: datetime | None,
    created_at: datetime,
    now: datetime,
) -> bool:
    """Whether the token is not revoked, not expired, and was used within a year (R23)."""
    return revoked_at is None and now < expires_at and now - (last_used_at or created_at) < UNUSED_LIFETIME


def check_scopes(scopes: Collection[Scope]) -> None:
    if not scopes:
        raise Refused(Refusal(CommonCode.VALIDATION_FAILED, N_("Choose at least one scope."), ("scopes",)))


def check_restriction(wanted: Sequence[UUID], managed: Collection[UUID]) -> None:
    """A restricted token is for at least one customer, and only for customers that its organisation manages."""
    if not wanted:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("Choose at least one customer, or leave this out."),
                ("customer_ids",),
            )
        )
    refusals = [
        Refusal(
            PeopleCode.NOT_A_CUSTOMER,
            N_("This organisation is not a managed customer."),
            ("customer_ids", str(place)),
        )
        for place, customer in enumerate(wanted)
        if customer not in managed
    ]
    if refusals:
        raise Refused(*refusals)


def check_number_of_tokens(tokens: int) -> None:
    """Refuse another token at the limit. `tokens` is the number of active tokens of the organisation."""
    check_limit(
        tokens,
        MAX_TOKENS_PER_ORGANISATION,
        N_("An organisation can have at most {most} tokens. Revoke one first."),
        PeopleCode.TOKEN_LIMIT_REACHED,
    )


def _expiry_refusal(message: str) -> Refused:
    return Refused(Refusal(CommonCode.VALIDATION_FAILED, message, ("expires_at",)))


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    characters = ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        characters = _ALPHABET[digit] + characters
    return characters
