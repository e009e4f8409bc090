"""Did somebody else change what a person was looking at?"""

from server.domain.errors import N_, ErrorCode, Refusal, Refused


def check_version(version: int, expected: int | None) -> None:
    """A caller who says which version they saw changes that version or nothing."""
    if expected is not None and expected != version:
        raise Refused(
            Refusal(
                ErrorCode.STALE_VERSION,
                N_("Somebody changed this since you looked. Look again, then decide."),
                ("expected_version",),
            )
        )
