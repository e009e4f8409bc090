"""Who is invited, how often, and until when can they answer?"""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.errors import Refused
from server.domain.people.member_invitations import (
    MEMBER_INVITATION_EXPIRY,
    MemberInvitationStatus,
    check_invitation_open,
    check_invited_person,
    check_inviter,
    check_not_invited,
    resending_times,
)
from server.domain.rights import Role
from tests.domain.refusals import refusals

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
DAY = timedelta(hours=24)
USED = [("INVITATION_USED", "")]
PENDING, EXPIRED = MemberInvitationStatus.PENDING, MemberInvitationStatus.EXPIRED


@pytest.mark.parametrize("status", [status for status in MemberInvitationStatus if status is not PENDING])
def test_an_answered_or_withdrawn_invitation_is_not_open(status):
    assert refusals(check_invitation_open, status) == USED
    assert MEMBER_INVITATION_EXPIRY.at(NOW, status, NOW - DAY) is status


@pytest.mark.parametrize(("expires_at", "status"), [(NOW + INSTANT, PENDING), (NOW, EXPIRED), (NOW - INSTANT, EXPIRED)])
def test_an_open_invitation_is_over_from_its_last_second_on(expires_at, status):
    assert refusals(check_invitation_open, PENDING) == []
    assert MEMBER_INVITATION_EXPIRY.at(NOW, PENDING, expires_at) is status


@pytest.mark.parametrize(
    ("is_member", "is_invited", "expected"),
    [
        (False, False, []),
        (True, False, [("ALREADY_A_MEMBER", "email")]),
        (False, True, [("INVITATION_PENDING", "email")]),
        (True, True, [("ALREADY_A_MEMBER", "email")]),
    ],
)
def test_nobody_is_invited_twice(is_member, is_invited, expected):
    assert refusals(check_not_invited, is_member, is_invited) == expected


@pytest.mark.parametrize(
    ("inviter", "roles"),
    [
        (Role.LEGAL_REPRESENTATIVE, set(Role)),
        (Role.ADMINISTRATOR, set(Role) - {Role.LEGAL_REPRESENTATIVE}),
        (Role.EMPLOYEE, set()),
        (Role.EXTERNAL, set()),
        (None, set()),
    ],
)
def test_an_invitation_holds_while_its_inviter_could_send_it(inviter, roles):
    assert {role for role in Role if refusals(check_inviter, inviter, role) == []} == roles
    assert all(refusals(check_inviter, inviter, role) == USED for role in set(Role) - roles)


def test_only_the_invited_person_accepts():
    assert refusals(check_invited_person, "a@b.example", "a@b.example") == []
    assert refusals(check_invited_person, "b@b.example", "a@b.example") == [("NOT_INVITED", "")]


def test_an_invitation_is_sent_again_so_many_times_in_24_hours():
    first, second = NOW - DAY, NOW - DAY + INSTANT

    assert resending_times([], NOW, 2) == [NOW]
    assert resending_times([first, second], NOW, 2) == [second, NOW]
    with pytest.raises(Refused) as refused:
        resending_times([second, NOW], NOW, 2)
    (refusal,) = refused.value.refusals
    assert (refusal.code, refusal.values) == ("TOO_MANY_ATTEMPTS", {"most": 2})
