"""Versions: has someone else changed an object since it was read?"""

from server.domain.errors import N_, CommonCode, Refusal, Refused


def check_version(version: int, expected: int | None) -> None:
    """Refuse a change if the caller read another version. Without `expected_version` any version is accepted."""
    if expected is not None and expected != version:
        raise Refused(
            Refusal(
                CommonCode.STALE_VERSION,
                N_("Someone has changed this since you last read it. Read it again, then decide."),
                ("expected_version",),
            )
        )
