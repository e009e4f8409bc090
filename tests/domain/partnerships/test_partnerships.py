"""When may a partnership begin, change and be used, and what is said when it may not?"""

from datetime import timedelta

import pytest

from server.domain.partnerships.partnerships import (
    LIVE,
    AccessType,
    PartnershipStatus,
)
from server.domain.partnerships.proposals import check_acceptance, check_invitation, check_proposal_open, is_late
from server.domain.people.organisations import PartnerStatus
from tests.domain.partnerships.partnerships import (
    ACTIVE,
    COMPLETE,
    CUSTOMER,
    INVITED,
    LIMITED,
    NOW,
    OTHER_PARTNER,
    PARTNER,
    SUSPENDED,
    THIRD_PARTNER,
    Partnership,
    expect,
)
from tests.domain.refusals import refusals
from tests.domain.tables import rows

APPROVED = PartnerStatus.APPROVED
SELF = ("SELF_PARTNERSHIP", "partner_id")
NOT_APPROVED = ("PARTNER_NOT_APPROVED", "partner_id")
EXISTS = ("PARTNERSHIP_EXISTS", "partner_id")
USED = ("INVITATION_USED", "")
EXPIRED = ("INVITATION_EXPIRED", "")
INSTANT = timedelta(microseconds=1)

# The customer's other partnerships, each an access type and a status | access asked for | refusal.
SIDE_BY_SIDE = """
                                       | LIMITED  |
                                       | COMPLETE |
    LIMITED ACTIVE                     | LIMITED  |
    LIMITED ACTIVE                     | COMPLETE | LIMITED_PARTNER_EXISTS
    LIMITED ACTIVE, LIMITED ACTIVE     | LIMITED  |
    LIMITED ACTIVE, LIMITED ACTIVE     | COMPLETE | LIMITED_PARTNER_EXISTS
    COMPLETE ACTIVE                    | LIMITED  | COMPLETE_PARTNER_EXISTS
    COMPLETE ACTIVE                    | COMPLETE | COMPLETE_PARTNER_EXISTS
    COMPLETE INVITED                   | LIMITED  |
    COMPLETE INVITED                   | COMPLETE |
    LIMITED INVITED                    | LIMITED  |
    LIMITED INVITED                    | COMPLETE |
    COMPLETE SUSPENDED                 | LIMITED  |
    COMPLETE SUSPENDED                 | COMPLETE |
    LIMITED SUSPENDED                  | LIMITED  |
    LIMITED SUSPENDED                  | COMPLETE |
    LIMITED ACTIVE, COMPLETE INVITED   | LIMITED  |
    LIMITED ACTIVE, COMPLETE INVITED   | COMPLETE | LIMITED_PARTNER_EXISTS
    COMPLETE ACTIVE, LIMITED INVITED   | LIMITED  | COMPLETE_PARTNER_EXISTS
    COMPLETE ACTIVE, LIMITED SUSPENDED | COMPLETE | COMPLETE_PARTNER_EXISTS
"""


def others(cell: str) -> list[Partnership]:
    """The partnerships of a cell, each with another partner."""
    words = [written.split() for written in cell.split(",") if written.strip()]
    partners = [OTHER_PARTNER, THIRD_PARTNER]
    return [
        Partnership(AccessType(access_type), PartnershipStatus(status), partner)
        for (access_type, status), partner in zip(words, partners, strict=False)
    ]


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", [PartnerStatus.APPROVED, PartnerStatus.AT_RISK])
def test_an_approved_partner_may_be_invited(status, access_type):
    assert refusals(check_invitation, CUSTOMER, PARTNER, status, access_type, []) == []


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", [None, PartnerStatus.SUSPENDED, PartnerStatus.REVOKED, PartnerStatus.LEFT])
def test_nobody_else_may_be_invited(status, access_type):
    assert refusals(check_invitation, CUSTOMER, PARTNER, status, access_type, []) == [NOT_APPROVED]


@pytest.mark.parametrize("status", [None, *PartnerStatus])
def test_an_organisation_does_not_invite_itself(status):
    assert refusals(check_invitation, CUSTOMER, CUSTOMER, status, LIMITED, []) == [SELF]


@pytest.mark.parametrize("status", sorted(LIVE))
def test_one_live_partnership_with_a_partner_is_enough(status):
    existing = Partnership(LIMITED, status, PARTNER)

    assert refusals(check_invitation, CUSTOMER, PARTNER, APPROVED, LIMITED, [existing]) == [EXISTS]


def test_invited_active_and_suspended_partnerships_are_live():
    assert sorted(LIVE) == [ACTIVE, INVITED, SUSPENDED]


# Rule R8
@pytest.mark.parametrize(("existing", "access_type", "code"), rows(SIDE_BY_SIDE))
def test_a_customer_has_one_complete_partner_or_several_limited_ones(existing, access_type, code):
    asked = Partnership(AccessType(access_type), INVITED, PARTNER)
    found = others(existing)

    invitation = refusals(check_invitation, CUSTOMER, PARTNER, APPROVED, asked.access_type, found)
    acceptance = refusals(check_acceptance, asked, APPROVED, found, NOW)

    assert invitation == expect(code, "access")
    assert acceptance == expect(code, "")


@pytest.mark.parametrize("status", PartnershipStatus)
def test_only_active_partnerships_block_another(status):
    found = [Partnership(COMPLETE, status)]
    expected = expect("COMPLETE_PARTNER_EXISTS" if status is ACTIVE else "", "access")

    assert refusals(check_invitation, CUSTOMER, PARTNER, APPROVED, LIMITED, found) == expected


def test_every_mistake_of_an_invitation_is_reported_at_once():
    found = [Partnership(COMPLETE, ACTIVE, PARTNER)]

    told = refusals(check_invitation, CUSTOMER, PARTNER, PartnerStatus.LEFT, COMPLETE, found)

    assert told == [NOT_APPROVED, EXISTS, ("COMPLETE_PARTNER_EXISTS", "access")]


def test_the_other_partnerships_are_read_once():
    found = iter([Partnership(LIMITED, ACTIVE, PARTNER)])

    told = refusals(check_invitation, CUSTOMER, PARTNER, APPROVED, COMPLETE, found)

    assert told == [EXISTS, ("LIMITED_PARTNER_EXISTS", "access")]


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", PartnershipStatus)
def test_only_an_unanswered_invitation_is_answered(status, access_type):
    partnership = Partnership(access_type, status)
    expected = [] if status is INVITED else [USED]

    assert refusals(check_proposal_open, partnership, NOW) == expected
    assert refusals(check_acceptance, partnership, APPROVED, [], NOW) == expected


# Rule E39
@pytest.mark.parametrize("status", PartnershipStatus)
@pytest.mark.parametrize(("answer_by", "in_time"), [(NOW + INSTANT, True), (NOW, False), (NOW - INSTANT, False)])
def test_a_proposal_is_open_until_its_last_second(status, answer_by, in_time):
    proposal = Partnership(LIMITED, status, answer_by=answer_by)
    expected = [USED] if status is not INVITED else [] if in_time else [EXPIRED]

    assert refusals(check_proposal_open, proposal, NOW) == expected
    assert refusals(check_acceptance, proposal, APPROVED, [], NOW) == expected
    assert is_late(proposal, NOW) is (status is INVITED and not in_time)


def test_a_used_invitation_reports_nothing_else():
    used = Partnership(COMPLETE, PartnershipStatus.DECLINED, PARTNER)

    assert refusals(check_acceptance, used, APPROVED, [Partnership(COMPLETE)], NOW) == [USED]
