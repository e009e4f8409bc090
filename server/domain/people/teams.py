"""Teams: unique names."""

from typing import Final

from server.domain.errors import N_, Refusal, Refused
from server.domain.people.error_codes import PeopleCode

MAX_TEAM_NAME_CHARACTERS: Final = 120


def check_name_is_free(is_taken: bool) -> None:
    """Two teams of an organisation have different names, ignoring case and accents."""
    if is_taken:
        raise Refused(Refusal(PeopleCode.NAME_TAKEN, N_("There is already a team with this name."), ("name",)))
