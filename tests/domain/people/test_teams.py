"""What is a team called?"""

from server.domain.people.teams import check_name_is_free
from tests.domain.refusals import refusals


def test_no_two_teams_are_called_the_same():
    assert refusals(check_name_is_free, False) == []
    assert refusals(check_name_is_free, True) == [("NAME_TAKEN", "name")]
