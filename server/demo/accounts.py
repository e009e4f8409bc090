"""The demo's public credentials: its accounts, their password and its API token, and who still has them."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from pwdlib import PasswordHash
from tortoise.expressions import Q

from server.demo.seed import random_stream
from server.domain.people.tokens import new_token, token_digest
from server.domain.rights import Role
from server.models import ApiToken, User

DEMO_PASSWORD: Final = "demo-password-1"

_SALT: Final = b"the demo's salt."
_SALT_IN_HASH: Final = f"${b64encode(_SALT).decode().rstrip('=')}$"
"""Part of the hash of every password that the demo set, at any argon2 cost, and of no other hash."""


@dataclass(frozen=True)
class Person:
    """A person of the world."""

    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class DemoAccount(Person):
    """An account known in advance. `organisation` is the name of the organisation it belongs to."""

    role: Role
    organisation: str


LARGE_PARTNER: Final = "Agence Trois Lacs"
OTHER_PARTNER: Final = "Webagentur Förster"
FIRST_CUSTOMER: Final = "Atelier Claire-Voie"

CLAIRE: Final = DemoAccount("claire@customer.example", "Claire", "Rochat", Role.LEGAL_REPRESENTATIVE, FIRST_CUSTOMER)
PAUL: Final = DemoAccount("paul@partner.example", "Paul", "Berthoud", Role.LEGAL_REPRESENTATIVE, LARGE_PARTNER)
EMMA: Final = DemoAccount("emma@partner.example", "Emma", "Zbinden", Role.EMPLOYEE, LARGE_PARTNER)
RALF: Final = DemoAccount(
    "ralf@webagentur-foerster.example", "Ralf", "Kaufmann", Role.LEGAL_REPRESENTATIVE, OTHER_PARTNER
)

KNOWN_ACCOUNTS: Final = (CLAIRE, PAUL, EMMA, RALF)

DEMO_ACCOUNTS: Final = (CLAIRE, RALF, EMMA)
"""A customer, a partner that it can invite, and an employee of the partner that already works for it."""


def employee_token() -> str:
    """The secret of Emma's API token. It is stored nowhere and always the same."""
    return new_token(random_stream("token").choice)


@cache
def password_hash() -> str:
    """The hash of `DEMO_PASSWORD`. It takes about 0.1 s, so call it in a thread.

    Legal representatives, administrators and the demo accounts share it; all others have no password. The salt is
    fixed: the password is public, so there is nothing for a salt to protect.
    """
    return PasswordHash.recommended().hash(DEMO_PASSWORD, salt=_SALT)


@dataclass(frozen=True)
class PublicCredentials:
    """Credentials that anyone who has read this file can use: the demo's password and its API token."""

    user_ids: Sequence[UUID]
    token_ids: Sequence[UUID]

    def __bool__(self) -> bool:
        return bool(self.user_ids or self.token_ids)


async def public_credentials(now: datetime) -> PublicCredentials:
    """The public credentials that still work in the connected database: no accounts with a changed password."""
    set_by_demo = await User.filter(password_hash__contains=_SALT_IN_HASH).order_by("id").values_list("id", flat=True)
    set_again = [user.id for user in await _others_known() if await asyncio.to_thread(_has_demo_password, user)]
    secret = Q(secret_digest=token_digest(employee_token()), revoked_at__isnull=True, expires_at__gt=now)
    tokens = await ApiToken.filter(secret).values_list("id", flat=True)
    return PublicCredentials([*set_by_demo, *set_again], tokens)  # pyright: ignore[reportArgumentType]


async def _others_known() -> list[User]:
    """The demo's accounts whose password was set by someone else, perhaps to the same one."""
    known = User.filter(email__in=[account.email for account in KNOWN_ACCOUNTS], password_hash__isnull=False)
    return await known.exclude(password_hash__contains=_SALT_IN_HASH)


def _has_demo_password(user: User) -> bool:
    """Whether the account has the demo's password. Takes as long as a sign-in, so call it in a thread."""
    return PasswordHash.recommended().verify(DEMO_PASSWORD, user.password_hash or "")
