"""As whom can the demo world be visited?"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from pwdlib import PasswordHash

from server.demo.origin import stream
from server.domain.rights import Role
from server.domain.tokens import new_secret

DEMO_PASSWORD: Final = "demo-password-1"

_SALT: Final = b"the demo's salt."


@dataclass(frozen=True)
class Person:
    """Somebody of the world."""

    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class DemoAccount(Person):
    """Somebody known beforehand; `organisation` is the name of the one they belong to."""

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

KNOWN: Final = (CLAIRE, PAUL, EMMA, RALF)

DEMO_ACCOUNTS: Final = (CLAIRE, RALF, EMMA)
"""A customer, a partner that it may invite, and an employee of the partner that works for it already."""


def employee_token() -> str:
    """The secret of Emma's API token: stored nowhere, and the same each time it is asked for."""
    return new_secret(stream("token").choice)


@cache
def password_hash() -> str:
    """The hash of `DEMO_PASSWORD`; it takes about 0.1 s, so call it in a thread.

    Legal representatives, administrators and the demo accounts share it; all others have no password.
    The salt is fixed because the password is public: there is nothing for a salt to protect.
    """
    return PasswordHash.recommended().hash(DEMO_PASSWORD, salt=_SALT)
