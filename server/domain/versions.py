"""Did somebody else change what a person was looking at?"""

from server.domain.errors import N_, ErrorCode, Refusal, Refused


def check_version(version: int, expected: int | None) -> None:
    """A caller who says which version they saw changes that version or nothing."""
    if expected is not None and expected != version:
        raise Refused(
            Refusal(
                ErrorCode.STALE_VERSION,
                N_("Someone has changed this since you last read it. Read it again, then decide."),
                ("expected_version",),
            )
        )
