"""What can the people of the demo do?"""

from collections import Counter

import pytest
from pwdlib import PasswordHash

from server.demo import (
    DEMO_PASSWORD,
    employee_token,
)
from server.demo.accounts import CLAIRE, EMMA, KNOWN_ACCOUNTS, RALF
from server.domain.partnerships.partnerships import (
    LIVE,
    AccessType,
    PartnershipStatus,
)
from server.domain.partnerships.proposals import check_invitation
from server.domain.people.tokens import is_alive, is_well_formed, token_digest
from server.domain.rights import LEADING_ROLES, Role
from server.models import (
    ApiToken,
    CustomerNote,
    EmployeeAssignment,
    Membership,
    Partnership,
)
from tests.models.conftest import Demo, Demos
from tests.models.demo import NOW, organisation_of


async def test_the_accounts_sign_in_with_the_password_as_what_they_say(demo: Demo) -> None:
    hashes = set[str]()
    for account in KNOWN_ACCOUNTS:
        membership = await Membership.get(user__email=account.email).select_related("user", "organisation")
        hashes.add(membership.user.password_hash or "")
        assert membership.user.email_verified_at
        assert (membership.role, membership.organisation.name) == (account.role, account.organisation)
    hasher = PasswordHash.recommended()
    assert all(hasher.verify(DEMO_PASSWORD, stored) for stored in hashes)


async def test_leaders_share_the_password_and_other_members_have_none(demo: Demo) -> None:
    known = {account.email for account in KNOWN_ACCOUNTS}
    members = await Membership.all().select_related("user")
    hashes = {m.user.password_hash for m in members if m.role in LEADING_ROLES}
    others = {m.user.password_hash for m in members if m.role not in LEADING_ROLES and m.user.email not in known}
    assert len(hashes) == 1
    assert None not in hashes
    assert others == {None}


async def test_emma_serves_claire_and_some_others_but_not_every_customer(demo: Demo) -> None:
    claires = await organisation_of(CLAIRE.email)
    assignments = EmployeeAssignment.filter(membership__user__email=EMMA.email, ended_at__isnull=True)
    served = [assignment.partnership.customer_id for assignment in await assignments.select_related("partnership")]
    assert claires.id in served
    assert len(served) == 6


async def test_partners_note_something_of_those_who_are_their_customers_or_asked_them(demo: Demo) -> None:
    notes = await CustomerNote.all().select_related("partnership")
    assert {note.partnership.status for note in notes} <= LIVE
    assert len(notes) > 20
    assert 0 < len([note for note in notes if note.notes]) < len([note for note in notes if note.alias]) == len(notes)
    claires = await CustomerNote.filter(
        partnership__customer__memberships__user__email=CLAIRE.email, partnership__status=PartnershipStatus.ACTIVE
    )
    assert len(claires) == 1


async def test_an_employee_of_each_partner_serves_nobody(demo: Demo) -> None:
    assigned = {assignment.membership_id for assignment in await EmployeeAssignment.all()}
    employees = await Membership.filter(role=Role.EMPLOYEE, organisation__partner_status__not_isnull=True)
    idle = Counter(member.organisation_id for member in employees if member.id not in assigned)
    assert list(idle.values()) == [1, 1, 1]


@pytest.mark.parametrize("scale", [1, 2])
async def test_claire_works_with_emmas_partner_and_may_invite_ralfs(demos: Demos, scale: int) -> None:
    async with demos.connect(scale):
        claires, emmas, ralfs = [await organisation_of(account.email) for account in (CLAIRE, EMMA, RALF)]
        of_claire = await Partnership.filter(customer_id=claires.id)
        live = [partnership for partnership in of_claire if partnership.status in LIVE]
        check_invitation(claires.id, ralfs.id, ralfs.partner_status, AccessType.LIMITED, live)
        assert ralfs.id not in {partnership.partner_id for partnership in of_claire}
        assert [(p.partner_id, p.access_type, p.status) for p in live] == [
            (emmas.id, AccessType.LIMITED, PartnershipStatus.ACTIVE)
        ]


async def test_the_employee_token_can_be_shown_again_and_is_stored_as_its_digest(demo: Demo) -> None:
    token = await ApiToken.get(secret_digest=token_digest(employee_token())).select_related("user", "organisation")
    assert demo.world.employee_token == employee_token()
    assert is_well_formed(demo.world.employee_token)
    assert (token.user.email, token.organisation.name) == (EMMA.email, EMMA.organisation)
    assert set(token.scopes) == {"ORGANISATION_READ", "PARTNERSHIPS_READ", "PRODUCTS_READ", "ASSIGNMENTS_READ"}
    assert is_alive(token.expires_at, token.revoked_at, token.last_used_at, token.created_at, NOW)
