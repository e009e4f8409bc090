"""How is a password checked without stopping everybody else?

argon2 takes a tenth of a second and 64 MiB on purpose: it runs in a thread, for those whose turn it is.
"""

import asyncio
from functools import cache

from pwdlib import PasswordHash

TURNS = asyncio.Semaphore(2)
"""Two passwords are looked at or hashed at the same moment; whoever does it waits for a turn."""


@cache
def hasher() -> PasswordHash:
    """The one way passwords are hashed here: argon2id with the library's recommended cost."""
    return PasswordHash.recommended()


@cache
def _nobody() -> str:
    """The hash of no password, so that an unknown account takes as long as a known one."""
    return hasher().hash("nobody has this password")


async def is_right(password: str, stored: str | None) -> bool:
    """Whether this is the password behind the stored hash; takes as long when there is none."""
    matches = await asyncio.to_thread(lambda: hasher().verify(password, stored or _nobody()))
    return matches and stored is not None


async def hashed(password: str) -> str:
    return await asyncio.to_thread(hasher().hash, password)
