"""Secrets in the links of e-mails.

A secret has 256 random bits, works once and is stored only as a digest. It grants nothing on its own: the person who
uses it has to be the person it was sent to (E24).
"""

import hashlib
import secrets
from datetime import datetime
from typing import Final

from server.domain.errors import N_, Refusal, Refused
from server.domain.people.error_codes import PeopleCode

_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A new secret, in the form that is put into a link."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def link_digest(secret: str) -> str:
    """The digest that is stored instead of the secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_in_time(expires_at: datetime, now: datetime) -> None:
    """An invitation can be answered before its deadline, not at it (E39)."""
    if now >= expires_at:
        raise Refused(Refusal(PeopleCode.INVITATION_EXPIRED, N_("This invitation has expired. Ask for a new one.")))
