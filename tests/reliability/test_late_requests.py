"""What happens to a request whose caller loses the right while it waits for somebody else's change (E7)?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.errors import CommonCode, NotFound, Refused, RightMissing
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.domain.people.organisations import PartnerStatus
from server.domain.products.error_codes import ProductCode
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.rights import AssignmentRight, ProductRight, Role, Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from server.models import (
    ApiToken,
    ApiTokenExclusion,
    EmployeeAssignment,
    Membership,
    Organisation,
    Partnership,
    PendingAction,
    Product,
)
from server.models.base import new_id
from server.models.database import joined_transaction
from server.models.visibility.viewers import grant_of
from server.resolvers.context import Context
from server.resolvers.partnerships.assignments import assign_employee, unassign_employee
from server.resolvers.partnerships.product_accesses import revoke_product_access
from server.resolvers.people.memberships import remove_member
from server.resolvers.people.tokens import exclude_api_token, revoke_api_token
from server.resolvers.products.pending_action_answers import withdraw_pending_action
from server.resolvers.products.product_terminations import terminate_product
from server.settings import Settings
from tests.authorised import begin
from tests.rows import Person, grant, organisation, partnership, pending_action, person, product, token
from tests.snapshots import contents
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Scene:
    """A customer with a partner that manages everything, and the employee who serves it."""

    settings: Settings
    customer: Organisation
    partnership: Partnership
    leader: Person
    employee: Person
    assignment: EmployeeAssignment
    products: list[Product]
    asked: PendingAction

    def context(self, who: Person, credential: TokenGrant | None = None) -> Context:
        membership = ViewerMembership(who.membership.id, who.organisation_id, who.membership.role)
        viewer = Viewer(who.user.id, (membership,), token=credential)
        return Context(viewer=viewer, now=NOW, request_id=new_id().hex, settings=self.settings)


@pytest.fixture
async def scene(own_database: Settings) -> AsyncIterator[Scene]:
    customer, company = await organisation("Customer"), await organisation("P", partner_status=PartnerStatus.APPROVED)
    served = await partnership(customer, company, PaymentMode.CUSTOMER, now=NOW)
    leader = await person("leader", company, Role.LEGAL_REPRESENTATIVE, NOW)
    employee = await person("employee", company, Role.EMPLOYEE, NOW)
    assignment = await EmployeeAssignment.create(
        membership_id=employee.membership.id,
        partnership_id=served.id,
        rights=[AssignmentRight.MANAGE_PRODUCTS],
        assigned_at=NOW,
    )
    products = [await product(name, customer) for name in ("one", "two")]
    asked = await pending_action(served, products[1], employee.user, now=NOW)
    yield Scene(own_database, customer, served, leader, employee, assignment, products, asked)


Act = Callable[[Scene, Context], Awaitable[Any]]


async def ask(scene: Scene, context: Context) -> Any:
    return await terminate_product(context, scene.products[0].id, scene.products[0].customer_name, None, None)


async def withdraw(scene: Scene, context: Context) -> Any:
    return await withdraw_pending_action(context, scene.asked.id, None)


ACTS = pytest.mark.parametrize("act", [ask, withdraw])


async def end_assignment(scene: Scene) -> None:
    await EmployeeAssignment.filter(id=scene.assignment.id).update(ended_at=NOW)


async def lower_assignment(scene: Scene) -> None:
    await EmployeeAssignment.filter(id=scene.assignment.id).update(rights=[AssignmentRight.VIEW])


async def limit_partnership(scene: Scene) -> None:
    columns: dict[str, Any] = {"access_type": AccessType.LIMITED, "payment_mode": None}
    await Partnership.filter(id=scene.partnership.id).update(**columns)


async def end_partnership(scene: Scene) -> None:
    await Partnership.filter(id=scene.partnership.id).update(status=PartnershipStatus.TERMINATED)


@ACTS
@pytest.mark.parametrize("change", [end_assignment, lower_assignment, limit_partnership, end_partnership])
async def test_a_caller_who_has_lost_the_right_when_it_is_their_turn_changes_nothing(
    scene: Scene, act: Act, change: Callable[[Scene], Awaitable[None]]
) -> None:
    waiting = scene.context(scene.employee)
    await change(scene)
    before = await contents()

    with pytest.raises(RightMissing):
        await act(scene, waiting)

    assert await contents() == before


@ACTS
@pytest.mark.parametrize("ended", ["excluded", "revoked"])
async def test_a_token_excluded_or_revoked_while_it_waits_changes_nothing(scene: Scene, act: Act, ended: str) -> None:
    row, _ = await token(scene.employee, [Scope.PRODUCTS_MANAGE], [], now=NOW)
    waiting = scene.context(scene.employee, await grant_of(row))
    if ended == "excluded":
        await ApiTokenExclusion.create(api_token_id=row.id, customer_id=scene.customer.id)
    else:
        await ApiToken.filter(id=row.id).update(revoked_at=NOW)
    before = await contents()

    with pytest.raises((RightMissing, Refused)):
        await act(scene, waiting)

    assert await contents() == before


async def test_a_token_excluded_or_revoked_while_it_waits_changes_no_partnership(scene: Scene) -> None:
    row, _ = await token(scene.leader, [Scope.PARTNERSHIPS_MANAGE], [], now=NOW)
    await limit_partnership(scene)
    granted = await grant(scene.partnership, scene.products[0], [ProductRight.TECHNICAL])
    waiting = scene.context(scene.leader, await grant_of(row))
    await begin(waiting, revoke_product_access, product_access_id=granted.id)
    await ApiTokenExclusion.create(api_token_id=row.id, customer_id=scene.customer.id)
    before = await contents()

    with pytest.raises(RightMissing):
        await revoke_product_access(waiting, product_access_id=granted.id, expected_version=None)

    assert await contents() == before


async def test_a_former_leader_ends_no_token_of_a_colleague(scene: Scene) -> None:
    row, _ = await token(scene.employee, [Scope.PRODUCTS_READ], [], now=NOW)
    await person("successor", await Organisation.get(id=scene.leader.organisation_id), Role.LEGAL_REPRESENTATIVE, NOW)
    waiting = scene.context(scene.leader)
    async with joined_transaction():
        assert await waiting.row(ApiToken, row.id) is not None
        await Membership.filter(id=scene.leader.membership.id).update(role=Role.EMPLOYEE)
        before = await contents()

        with pytest.raises(NotFound):
            await revoke_api_token(waiting, row.id)

        assert await contents() == before


async def unassign(scene: Scene) -> Any:
    return await unassign_employee(
        scene.context(scene.leader), assignment_id=scene.assignment.id, expected_version=None
    )


async def assign_less(scene: Scene) -> Any:
    rights = [AssignmentRight.VIEW]
    who = scene.employee.membership.id
    return await assign_employee(
        scene.context(scene.leader),
        partnership_id=scene.partnership.id,
        membership_id=who,
        rights=rights,
        expected_version=None,
    )


async def remove(scene: Scene) -> Any:
    return await remove_member(scene.context(scene.leader), scene.employee.membership.id, None)


async def test_an_employee_who_is_removed_while_they_are_assigned_serves_nobody(scene: Scene) -> None:
    outside = copy_context()

    async with joined_transaction():
        await assign_less(scene)
        waiting = asyncio.get_running_loop().create_task(remove(scene), context=outside)
        await until_somebody_waits(scene.settings, waiting)
    await waiting

    assert not await EmployeeAssignment.filter(ended_at__isnull=True).exists()


async def test_an_employee_who_is_assigned_while_they_are_removed_serves_nobody(scene: Scene) -> None:
    outside = copy_context()

    async with joined_transaction():
        await remove(scene)
        waiting = asyncio.get_running_loop().create_task(assign_less(scene), context=outside)
        await until_somebody_waits(scene.settings, waiting)
    with pytest.raises(Refused) as refused:
        await waiting

    assert [refusal.code for refusal in refused.value.refusals] == [PartnershipCode.NOT_AN_EMPLOYEE]
    assert not await EmployeeAssignment.filter(ended_at__isnull=True).exists()


@ACTS
@pytest.mark.parametrize("change", [unassign, assign_less, remove])
async def test_a_caller_who_waits_for_the_very_change_that_takes_the_right_is_too_late(
    scene: Scene, act: Act, change: Callable[[Scene], Awaitable[Any]]
) -> None:
    outside = copy_context()

    async with joined_transaction():
        await change(scene)
        waiting = asyncio.get_running_loop().create_task(act(scene, scene.context(scene.employee)), context=outside)
        await until_somebody_waits(scene.settings, waiting)
    (result,) = await asyncio.gather(waiting, return_exceptions=True)

    assert is_too_late(result), result
    assert not await PendingAction.filter(status=PendingActionStatus.PENDING).exists()
    assert {row.status for row in await PendingAction.all()} == {PendingActionStatus.WITHDRAWN}


def is_too_late(result: Any) -> bool:
    if isinstance(result, Refused):
        return {refusal.code for refusal in result.refusals} <= {
            ProductCode.ACTION_CLOSED,
            CommonCode.CONFLICT,
        }
    return isinstance(result, RightMissing)


async def test_a_token_that_waits_for_its_own_exclusion_asks_for_nothing(scene: Scene) -> None:
    row, _ = await token(scene.employee, [Scope.PRODUCTS_MANAGE], [], now=NOW)
    owner = await person("owner", scene.customer, Role.LEGAL_REPRESENTATIVE, NOW)
    by_token, outside = scene.context(scene.employee, await grant_of(row)), copy_context()

    async with joined_transaction():
        await exclude_api_token(scene.context(owner), scene.customer.id, row.id)
        waiting = asyncio.get_running_loop().create_task(ask(scene, by_token), context=outside)
        await until_somebody_waits(scene.settings, waiting)
    with pytest.raises(RightMissing):
        await waiting

    assert [found.id for found in await PendingAction.all()] == [scene.asked.id]
