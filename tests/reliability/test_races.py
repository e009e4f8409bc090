"""What happens when many do the same thing at the same moment? Exactly one of them succeeds."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.errors import Denied, Refused
from server.domain.invitations import digest
from server.domain.memberships import MembershipStatus
from server.domain.organisations import PartnerStatus
from server.domain.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.domain.rights import ProductRight, Role, Scope
from server.domain.viewer import Standing, Viewer
from server.models import (
    ApiToken,
    AuditEvent,
    MemberInvitation,
    Membership,
    Organisation,
    OutboxMessage,
    OwnProductGrant,
    Partnership,
    ProductAccess,
    User,
)
from server.models.rows import new_id
from server.resolvers.accesses import grant_product_access
from server.resolvers.context import Context
from server.resolvers.invitations import accept_invitation
from server.resolvers.member_answers import NewPerson, accept_member_invitation, decline_member_invitation
from server.resolvers.member_invitations import invite_member
from server.resolvers.memberships import change_member_role, leave_organisation, remove_member
from server.resolvers.own_product_grants import Extent, Holder, grant_own_products
from server.resolvers.tokens import create_api_token
from server.settings import Settings
from tests.world import organisation, partnership, person, product

pytestmark = pytest.mark.database

ACTORS = 16
ROUNDS = 100
NOW = datetime.now(UTC)


def _context(settings: Settings, who: Any) -> Context:
    standing = Standing(who.membership.id, who.organisation_id, who.membership.role)
    return Context(viewer=Viewer(who.user.id, (standing,)), now=NOW, request_id=new_id().hex, settings=settings)


async def _outcomes(attempts: list[Awaitable[Any]]) -> Counter[str]:
    """How many attempts succeeded, and how many were refused or denied with which code. All else is a failure."""
    results = await asyncio.gather(*attempts, return_exceptions=True)
    outcomes = Counter[str]()
    for result in results:
        if isinstance(result, Refused):
            outcomes[result.refusals[0].code] += 1
        elif isinstance(result, Denied):
            outcomes[result.code] += 1
        elif isinstance(result, BaseException):
            raise result
        else:
            outcomes["ok"] += 1
    return outcomes


async def test_one_of_sixteen_partners_becomes_the_complete_one(own_database: Settings) -> None:
    customer = await organisation("Customer")
    invitations = list[tuple[Partnership, Any]]()
    for number in range(ACTORS):
        partner = await organisation(f"Partner {number}", partner_status=PartnerStatus.APPROVED)
        leader = await person("leader", partner, Role.LEGAL_REPRESENTATIVE, NOW)
        invitation = await partnership(
            customer, partner, PaymentMode.PARTNER, status=PartnershipStatus.INVITED, now=NOW
        )
        invitations.append((invitation, leader))

    for round_ in range(1, ROUNDS + 1):
        outcomes = await _outcomes(
            [accept_invitation(_context(own_database, leader), row.id, None) for row, leader in invitations]
        )

        assert outcomes["ok"] == 1, outcomes
        assert set(outcomes) <= {"ok", "COMPLETE_PARTNER_EXISTS", "CONFLICT"}
        assert await Partnership.filter(status=PartnershipStatus.ACTIVE).count() == 1
        assert await OutboxMessage.all().count() == 1
        assert await AuditEvent.all().count() == round_
        await Partnership.all().update(status=PartnershipStatus.INVITED, activated_at=None)
        await OutboxMessage.all().delete()


async def test_complete_and_limited_partners_never_coexist(own_database: Settings) -> None:
    customer = await organisation("Customer")
    invitations = list[tuple[Partnership, Any]]()
    for number in range(ACTORS):
        partner = await organisation(f"Partner {number}", partner_status=PartnerStatus.APPROVED)
        leader = await person("leader", partner, Role.ADMINISTRATOR, NOW)
        mode = PaymentMode.CUSTOMER if number % 2 else None
        invitation = await partnership(customer, partner, mode, status=PartnershipStatus.INVITED, now=NOW)
        invitations.append((invitation, leader))

    for _ in range(ROUNDS // 4):
        await _outcomes(
            [accept_invitation(_context(own_database, leader), row.id, None) for row, leader in invitations]
        )

        active = Counter(row.access_type for row in await Partnership.filter(status=PartnershipStatus.ACTIVE))
        assert active in ({AccessType.COMPLETE: 1}, {AccessType.LIMITED: ACTORS // 2})
        await Partnership.all().update(status=PartnershipStatus.INVITED, activated_at=None)
        await OutboxMessage.all().delete()


async def test_an_invitation_is_accepted_once(own_database: Settings) -> None:
    customer = await organisation("Customer")
    partner = await organisation("Partner", partner_status=PartnerStatus.APPROVED)
    leader = await person("leader", partner, Role.LEGAL_REPRESENTATIVE, NOW)
    invitation = await partnership(customer, partner, PaymentMode.PARTNER, status=PartnershipStatus.INVITED, now=NOW)

    outcomes = await _outcomes(
        [accept_invitation(_context(own_database, leader), invitation.id, None) for _ in range(ACTORS)]
    )

    assert outcomes == {"ok": 1, "INVITATION_USED": ACTORS - 1}


async def test_a_product_gets_one_manager(own_database: Settings) -> None:
    customer = await organisation("Customer")
    owner = await person("owner", customer, Role.LEGAL_REPRESENTATIVE, NOW)
    wanted = await product("wanted", customer)
    partnerships = [
        await partnership(customer, await organisation(f"Partner {number}"), now=NOW) for number in range(ACTORS)
    ]

    for _ in range(ROUNDS // 4):
        outcomes = await _outcomes(
            [
                grant_product_access(_context(own_database, owner), row.id, wanted.id, [ProductRight.TECHNICAL], None)
                for row in partnerships
            ]
        )

        assert outcomes["ok"] == 1, outcomes
        assert set(outcomes) <= {"ok", "PRODUCT_ALREADY_MANAGED", "CONFLICT"}
        assert await ProductAccess.filter(revoked_at__isnull=True).count() == 1
        await ProductAccess.all().delete()
        await OutboxMessage.all().delete()


async def _two_legal_representatives() -> tuple[Any, Any]:
    firm = await organisation("Firm")
    return await person("one", firm, Role.LEGAL_REPRESENTATIVE, NOW), await person(
        "two", firm, Role.LEGAL_REPRESENTATIVE, NOW
    )


async def _legal_representatives() -> int:
    return await Membership.filter(role=Role.LEGAL_REPRESENTATIVE, status=MembershipStatus.ACTIVE).count()


async def test_of_two_legal_representatives_who_remove_each_other_one_stays(own_database: Settings) -> None:
    one, two = await _two_legal_representatives()

    for _ in range(ROUNDS // 4):
        outcomes = await _outcomes(
            [
                remove_member(_context(own_database, one), two.membership.id, None),
                remove_member(_context(own_database, two), one.membership.id, None),
            ]
        )

        assert outcomes["ok"] == 1, outcomes
        assert set(outcomes) <= {"ok", "FORBIDDEN", "CONFLICT"}
        assert await _legal_representatives() == 1
        await Membership.all().update(status=MembershipStatus.ACTIVE)
        await OutboxMessage.all().delete()


async def test_of_two_legal_representatives_who_leave_one_stays(own_database: Settings) -> None:
    one, two = await _two_legal_representatives()

    for _ in range(ROUNDS // 4):
        outcomes = await _outcomes(
            [
                leave_organisation(_context(own_database, one), one.organisation_id),
                leave_organisation(_context(own_database, two), two.organisation_id),
            ]
        )

        assert outcomes["ok"] == 1, outcomes
        assert set(outcomes) <= {"ok", "LAST_LEGAL_REPRESENTATIVE", "CONFLICT"}
        assert await _legal_representatives() == 1
        await Membership.all().update(status=MembershipStatus.ACTIVE)
        await OutboxMessage.all().delete()


async def test_who_lost_the_right_while_they_waited_changes_nobody(own_database: Settings) -> None:
    one, two = await _two_legal_representatives()
    employee = await person("employee", await Organisation.get(id=one.organisation_id), Role.EMPLOYEE, NOW)

    for _ in range(ROUNDS // 4):
        outcomes = await _outcomes(
            [
                remove_member(_context(own_database, one), two.membership.id, None),
                change_member_role(_context(own_database, two), employee.membership.id, Role.EXTERNAL, None),
            ]
        )

        changed = await Membership.filter(id=employee.membership.id, role=Role.EXTERNAL).exists()
        assert (changed, outcomes["ok"]) in ((True, 2), (False, 1)), outcomes
        await Membership.all().update(status=MembershipStatus.ACTIVE)
        await Membership.filter(id=employee.membership.id).update(role=Role.EMPLOYEE)
        await OutboxMessage.all().delete()


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
        secret_digest=digest("secret"),
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
                *(firm.id, "new@firm.example", "New", "Comer", None, Role.EMPLOYEE, None, None, None),
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


async def test_who_is_removed_leaves_no_token_that_lives(own_database: Settings) -> None:
    one, two = await _two_legal_representatives()

    for _ in range(ROUNDS // 4):
        await _outcomes(
            [
                remove_member(_context(own_database, one), two.membership.id, None),
                create_api_token(
                    _context(own_database, two), two.organisation_id, "mine", [Scope.PRODUCTS_READ], None, None
                ),
            ]
        )

        assert await ApiToken.filter(revoked_at__isnull=True).count() == 0
        await Membership.all().update(status=MembershipStatus.ACTIVE)
        await OutboxMessage.all().delete()
