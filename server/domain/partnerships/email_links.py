"""What is in the link of an invitation?

A secret of 256 random bits that is stored as its digest alone, works once, and grants nothing by itself:
whoever uses it has to be the one it was sent to (E24).
"""

import hashlib
import secrets
from datetime import datetime
from typing import Final

from server.domain.errors import N_, ErrorCode, Refusal, Refused

_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A new secret, as it is written into a link."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def digest(secret: str) -> str:
    """What is stored of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_in_time(expires_at: datetime, now: datetime) -> None:
    """An invitation can be answered before its last moment, not at it (E39)."""
    if now >= expires_at:
        raise Refused(Refusal(ErrorCode.INVITATION_EXPIRED, N_("This invitation has expired.")))
