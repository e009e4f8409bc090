"""When does the link of an e-mail stop working?"""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.errors import Refused
from server.domain.people.email_links import check_in_time
from server.domain.people.error_codes import PeopleCode

DEADLINE = datetime(2026, 5, 1, tzinfo=UTC)


# Rule E39
def test_an_invitation_is_answered_before_its_deadline_and_not_at_it():
    check_in_time(DEADLINE, DEADLINE - timedelta(microseconds=1))

    with pytest.raises(Refused) as refused:
        check_in_time(DEADLINE, DEADLINE)

    assert [refusal.code for refusal in refused.value.refusals] == [PeopleCode.INVITATION_EXPIRED]
