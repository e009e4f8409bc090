"""Failed sign-ins, as tests make them."""

from datetime import timedelta

from tests.security.sources import (  # noqa: F401 - fixtures among them
    ELSEWHERE,
    HOME,
    NO_ERRORS,
    OWNER,
    STRANGER,
    Clock,
    CountingHash,
    Sources,
    counting_hasher,
    made_sources,
    nobodies,
    standing_clock,
    strangers,
    too_many,
)

AN_HOUR = timedelta(hours=1)
INSTANT = timedelta(milliseconds=1)
