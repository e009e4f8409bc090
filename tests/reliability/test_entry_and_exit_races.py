"""What happens when people join, leave and begin something at the same time?"""

from datetime import timedelta

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode
from server.domain.people.email_links import link_digest
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import AssignmentRight, ProductRight, Role
from server.domain.support.support_access import SupportAccessKind, SupportAccessStatus
from server.models import (
    EmployeeAssignment,
    MemberInvitation,
    Membership,
    OwnProductGrant,
    SupportAccessGrant,
    User,
)
from server.models.base import new_id
from server.resolvers.context import Context
from server.resolvers.partnerships.proposal_answers import accept_invitation
from server.resolvers.people.member_invitation_answers import (
    NewPerson,
    accept_member_invitation,
    decline_member_invitation,
)
from server.resolvers.people.member_invitations import invite_member
from server.resolvers.people.memberships import remove_member
from server.resolvers.products.own_product_grants import Extent, Holder, grant_own_products
from server.resolvers.support.support_access import grant_support_access
from server.settings import Settings
from tests.reliability.members import ACTORS, NOW, ROUNDS, _context, _outcomes
from tests.rows import organisation, partnership, person, product

pytestmark = [pytest.mark.only_postgres, pytest.mark.scaled]


async def test_a_member_removed_while_partnerships_begin_serves_none_of_the_new_customers(
    own_database: Settings,
) -> None:
    """Whose acceptance is first is assigned to them, and ends with them; the others are not (ADR 28)."""
    company = await organisation("Company", partner_status=PartnerStatus.APPROVED)
    leader = await person("leader", company, Role.LEGAL_REPRESENTATIVE, NOW)

    for round_ in range(ROUNDS):
        employee = (await person(f"employee{round_}", company, Role.EMPLOYEE, NOW)).membership
        await Membership.filter(id=employee.id).update(future_customer_rights=[AssignmentRight.VIEW])
        firms = [await organisation(f"Firm {round_} {number}") for number in range(ACTORS // 2)]
        offers = [
            await partnership(firm, company, PaymentMode.CUSTOMER, status=PartnershipStatus.INVITED, now=NOW)
            for firm in firms
        ]
        accepting = [accept_invitation(_context(own_database, leader), offer.id, None) for offer in offers]
        removing = [remove_member(_context(own_database, leader), employee.id, None) for _ in offers]
        mixed = [attempt for pair in zip(accepting, removing, strict=True) for attempt in pair]

        assert await _outcomes(mixed) == {"ok": ACTORS}
        assert not await EmployeeAssignment.filter(membership_id=employee.id, ended_at__isnull=True).exists()


@pytest.mark.usefixtures("cheap_passwords")
async def test_an_invitation_of_a_member_is_answered_once(own_database: Settings) -> None:
    firm = await organisation("Firm")
    leader = await person("leader", firm, Role.LEGAL_REPRESENTATIVE, NOW)
    await MemberInvitation.create(
        organisation_id=firm.id,
        email="new@firm.example",
        first_name="New",
        last_name="Comer",
        locale="en_GB",
        role=Role.EMPLOYEE,
        secret_digest=link_digest("secret"),
        invited_by_id=leader.user.id,
        invited_at=NOW,
        expires_at=NOW + timedelta(days=14),
    )
    somebody = NewPerson("a long new password", "New", "Comer", None)

    def nobody() -> Context:
        return Context(viewer=None, now=NOW, request_id=new_id().hex, settings=own_database)

    answers = [accept_member_invitation(nobody(), "secret", somebody) for _ in range(4)]
    outcomes = await _outcomes([*answers, *(decline_member_invitation(nobody(), "secret") for _ in range(4))])

    members = await Membership.filter(organisation_id=firm.id).count()
    accounts = await User.filter(email="new@firm.example").count()
    assert outcomes["ok"] == 1, outcomes
    assert set(outcomes) <= {"ok", "INVITATION_USED", "ACCOUNT_EXISTS", "CONFLICT"}
    assert (members, accounts) in ((2, 1), (1, 0))


async def test_an_address_has_one_open_invitation_and_a_holder_one_grant(own_database: Settings) -> None:
    firm = await organisation("Firm")
    leader = await person("leader", firm, Role.LEGAL_REPRESENTATIVE, NOW)
    employee = await person("employee", firm, Role.EMPLOYEE, NOW)
    wanted = await product("wanted", firm)
    to, of = Holder(membership_id=employee.membership.id), Extent(product_id=wanted.id)

    invitations = await _outcomes(
        [
            invite_member(
                _context(own_database, leader),
                *(firm.id, "new@firm.example", "New", "Comer", None, Role.EMPLOYEE, None, None, None, None),
            )
            for _ in range(ACTORS)
        ]
    )
    grants = await _outcomes(
        [
            grant_own_products(_context(own_database, leader), firm.id, to, of, [ProductRight.TECHNICAL], False, None)
            for _ in range(ACTORS)
        ]
    )

    assert invitations == {"ok": 1, "INVITATION_PENDING": ACTORS - 1}
    assert await MemberInvitation.all().count() == 1
    assert grants == {"ok": ACTORS}
    assert await OwnProductGrant.all().count() == 1


async def test_somebody_who_is_removed_while_they_open_something_to_support_has_nothing_open(
    own_database: Settings,
) -> None:
    firm = await organisation("Firm")
    leader = await person("leader", firm, Role.LEGAL_REPRESENTATIVE, NOW)

    for round_ in range(ROUNDS):
        employee = await person(f"employee{round_}", firm, Role.EMPLOYEE, NOW)
        outcomes = await _outcomes(
            [
                *(
                    grant_support_access(_context(own_database, employee), SupportAccessKind.MAIL, None)
                    for _ in range(3)
                ),
                remove_member(_context(own_database, leader), employee.membership.id, None),
            ]
        )

        assert 1 <= outcomes["ok"] <= 2, outcomes
        assert set(outcomes) <= {"ok", "SUPPORT_ACCESS_OPEN", "FORBIDDEN"}
        assert not await SupportAccessGrant.filter(status=SupportAccessStatus.ACTIVE).exists()
